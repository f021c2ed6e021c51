"""`make demo`: a whole machine comes up, a domain fetches a page, the provider changes, the domain fetches it again.

What it prints is what it measured or what a command printed; it ends with status 1 when something did not happen.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from qnet_gui.lab.demo_roam import Roaming
from qnet_gui.lab.demo_tray import Tray, open_tray
from qnet_gui.lab.enter import dom0_bus_address
from qnet_gui.lab.place import Place
from qnet_gui.lab.provider import Provider
from qnet_gui.lab.updown import take_down
from qnet_gui.model.errors import NoAnswer, QnetError, Refused

_DOMAIN = "work"
_FETCH = ("lab", "exec", _DOMAIN, "--", "curl", "-s", "--max-time", "5", "http://www.test/")
_FILE = "/etc/resolv.conf"
_CONFIGURATION = f"ip -4 -br address show dev eth0; ip -4 route; cat {_FILE}; stat -c 'written %y' {_FILE}"
_COMMAND_DEADLINE = 120.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: Seconds that a person has for a look at the own screen where there is nobody to press Enter.
_LOOK = 4.0


def _say(text: str = "") -> None:
    for line in text.splitlines() or [""]:
        print(f"   {line}".rstrip(), flush=True)


def _head(text: str) -> None:
    print(f"\n{text}", flush=True)


class Demo:
    """The story, told of one lab."""

    def __init__(self, lab: str, pictures: Path) -> None:
        self._lab = lab
        self._pictures = pictures

    def _qnet(self, *words: str, quietly: bool = False) -> str:
        """Run a command of `qnet` in the lab and show it; what it printed."""
        command = [sys.executable, "-m", "qnet_gui.cli", *words]
        if not quietly:
            _say(f"$ qnet {' '.join(words)}")
        done = subprocess.run(
            command, env={**os.environ, "QNET_LAB": self._lab}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=_COMMAND_DEADLINE, check=False,
        )  # fmt: skip
        if not quietly:
            _say(done.stdout)
        if done.returncode:
            raise NoAnswer(f"`qnet {' '.join(words)}` failed: {done.stderr.strip() or f'status {done.returncode}'}")
        return done.stdout

    def configuration(self) -> str:
        """What a change of provider must not change in the domain."""
        return self._qnet("lab", "exec", _DOMAIN, "--", "sh", "-c", _CONFIGURATION, quietly=True)

    def _fetch(self, provider: Provider) -> None:
        if f"Hello from {provider.name}." not in self._qnet(*_FETCH):
            raise NoAnswer(f"{_DOMAIN} was not answered by {provider.name}.")

    def _show(self, tray: Tray, name: str, tooltip: bool) -> None:
        """Give a person the time to look, or take a picture."""
        if tray.on_own_screen:
            if sys.stdin.isatty():
                input("   Look at your tray, and press Enter to go on. ")
            else:
                time.sleep(_LOOK)
        else:
            tray.picture(self._pictures / name, tooltip)
            _say(f"A picture of it: {self._pictures / name}")

    def machine(self) -> None:
        """It comes up."""
        _head("1. A machine: dom0 without a network, netvm with two cards, three domains, and two providers outside.")
        self._qnet("lab", "up")
        _say()
        self._qnet("status")

    def routes(self) -> None:
        """Both tables."""
        _head("2. netvm's routes: one for each domain with a card, the provider's network, and the way out.")
        self._qnet("routes")
        _say(f"\nAnd all that {_DOMAIN} needs:")
        self._qnet("routes", "--domain", _DOMAIN)

    def before(self, tray: Tray) -> None:
        """A page by name, and the tray."""
        old = Provider(0)
        _head(f"3. {_DOMAIN} fetches a page by name. It knows virtual name servers, which netvm redirects.")
        self._fetch(old)
        _say(f"\nThe tray says: {tray.says(f'({old.uplink},')}")
        tray.open_status()
        self._show(tray, "before.png", tooltip=True)

    def roam(self, tray: Tray, folder: Path) -> None:
        """To the other provider."""
        old, new = Provider(0), Provider(1)
        _head(f"4. The cable to {old.name} is pulled, and the one to {new.name} plugged in.")
        server = next(row.split()[0] for row in self._qnet("dns", quietly=True).splitlines()[1:])
        with Roaming(self._lab, _DOMAIN, server, new, folder) as roaming:
            self._qnet("lab", "roam")
            pulled = time.time()
            _say("Waiting: NetworkManager gives a card some 6 seconds without a cable before it gives it up.")
            signalled, answered = roaming.wait()
        waited, late = signalled - pulled, 1000 * (answered - signalled)
        _say(f"{waited:5.2f} s after that, NetworkManager signals that {new.name}'s name servers count now;")
        _say(f"{late:5.0f} ms after the signal, {_DOMAIN} has its first answer from {new.name}.")
        self._fetch(new)
        told = tray.notified()
        if new.uplink not in told:
            raise NoAnswer(f"The tray told of something else: {told}")
        _say(f"\nThe tray notifies: {told}")
        self._show(tray, "notification.png", tooltip=False)
        _say(f"The tray says: {tray.says(f'({new.uplink},')}")
        self._show(tray, "after.png", tooltip=True)

    def changes(self, before: str) -> None:
        """What changed in the domain itself."""
        _head(f"5. And {_DOMAIN} itself? Its address, its routes, its resolv.conf and when that was written:")
        after = self.configuration()
        _say(after)
        _say()
        for when, text in (("before", before), ("after", after)):
            _say(f"sha256 {when:<6} {hashlib.sha256(text.encode()).hexdigest()}")
        if before != after:
            lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="")
            _say("\n".join(lines))
            raise Refused(f"The configuration of {_DOMAIN} has changed.")
        _say("Nothing in it has changed.")

    def tell(self, folder: Path) -> None:
        """All of it."""
        print(
            "A network without short cuts, in namespaces on this machine; of the machine's own network nothing changes."
        )
        print(f"Each command here runs with QNET_LAB={self._lab}.")
        self.machine()
        self.routes()
        before = self.configuration()
        with open_tray(folder, dom0_bus_address(self._lab)) as tray:
            self.before(tray)
            self.roam(tray, folder)
        self.changes(before)


def _end(place: Place, keep: bool) -> None:
    """Take the lab down; nothing interrupts that."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    if not place.exists():
        return
    if keep:
        program = Path(sys.executable).with_name("qnet")
        qnet = f"sudo {program if program.exists() else 'qnet'} --lab {place.name}"
        print("\nThe lab is still up:")
        _say(f"{qnet} status\n{qnet} lab exec {_DOMAIN} -- bash\n{qnet} lab roam\n{qnet} lab down")
    else:
        take_down(place)
        print("\nThe lab is down; nothing is left of it.")


def _run(place: Place, pictures: Path, keep: bool) -> int:
    started, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="qnet-demo-"))
    try:
        Demo(place.name, pictures).tell(folder)
        print(f"\nAll of it happened, in {time.monotonic() - started:.0f} s.", flush=True)
        shutil.rmtree(folder)
        return 0
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        shutil.rmtree(folder)
    except BrokenPipeError:  # whoever read has gone, and so may the last words
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        shutil.rmtree(folder)
    except (QnetError, OSError, subprocess.SubprocessError) as error:
        print(f"\nThis did not happen: {error}", file=sys.stderr)
        if place.log.exists():
            shutil.copytree(place.log, folder / "lab")
        print(f"The logs of all programs are in {folder}.", file=sys.stderr)
    finally:
        _end(place, keep)
    return 1


def _interrupt(_number: int, _frame: object) -> None:
    for number in _SIGNALS:  # once is enough
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser("python -m qnet_gui.lab.demo", description="Show what qnet does, in a lab.")
    parser.add_argument("-n", "--name", metavar="LAB", default="demo", help="the lab's name (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="leave the lab up")
    where = Path("build/demo")
    parser.add_argument("--pictures", metavar="FOLDER", type=Path, default=where, help="default: %(default)s")
    args = parser.parse_args(argv)
    try:
        place = Place(args.name)
    except QnetError as error:
        parser.error(error.sentence)
    if os.geteuid():
        print("The demo needs root, for the namespaces of its lab: sudo make demo", file=sys.stderr)
        return 1
    if place.exists():
        cure = f"sudo qnet lab down -n {place.name}"
        print(f"There is a lab named {place.name} already. Take it down: {cure}", file=sys.stderr)
        return 1
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    return _run(place, args.pictures, args.keep)


if __name__ == "__main__":
    sys.exit(main())
