"""What the demo tells, step by step; what it prints is what it measured or what a command printed."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from qnet_gui.lab.demo.narration import head, say
from qnet_gui.lab.demo.roam import Roaming
from qnet_gui.lab.demo.tray import Tray, open_tray
from qnet_gui.lab.demo.upgrade import Upgrade
from qnet_gui.lab.machine.provider import Provider
from qnet_gui.model.errors import NoAnswer, Refused
from qnet_gui.model.messages.plain import plain

#: The domain that the story is about.
DOMAIN = "work"
_FETCH = ("lab", "exec", DOMAIN, "--", "curl", "-s", "--max-time", "5", "http://www.test/")
_FILE = "/etc/resolv.conf"
_CONFIGURATION = f"ip -4 -br address show dev eth0; ip -4 route; cat {_FILE}; stat -c 'written %y' {_FILE}"
_DEADLINE = 120.0
#: Seconds that a person has for a look at the own screen where there is nobody to press Enter.
_LOOK = 4.0


class Demo:
    """The story, told of one lab."""

    def __init__(self, lab: str, pictures: Path, desktop: str = "auto") -> None:
        self._lab = lab
        self._pictures = pictures
        self._desktop = desktop

    def _qnet(self, *words: str, quietly: bool = False) -> str:
        """Run a command of `qnet` in the lab and show it; what it printed."""
        command = [sys.executable, "-m", "qnet_gui.cli", *words]
        if not quietly:
            say(f"$ qnet {' '.join(words)}")
        done = subprocess.run(
            command, env={**os.environ, "QNET_LAB": self._lab}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=_DEADLINE, check=False,
        )  # fmt: skip
        if not quietly:
            say(done.stdout)
        if done.returncode:
            raise NoAnswer(
                plain(f"`qnet {' '.join(words)}` failed: {done.stderr.strip() or f'status {done.returncode}'}")
            )
        return done.stdout

    def configuration(self) -> str:
        """What a change of provider must not change in the domain."""
        return self._qnet("lab", "exec", DOMAIN, "--", "sh", "-c", _CONFIGURATION, quietly=True)

    def _fetch(self, provider: Provider) -> None:
        if f"Hello from {provider.name}." not in self._qnet(*_FETCH):
            raise NoAnswer(plain(f"{DOMAIN} was not answered by {provider.name}."))

    def _show(self, tray: Tray, name: str, tooltip: bool) -> None:
        """Give a person the time to look, or take a picture."""
        if tray.on_own_screen:
            if sys.stdin.isatty():
                input("   Look at your tray, and press Enter to go on. ")
            else:
                time.sleep(_LOOK)
        else:
            tray.picture(self._pictures / name, tooltip)
            say(f"A picture of it: {self._pictures / name}")

    def machine(self) -> None:
        """It comes up."""
        head("1. A machine: dom0 without a network, netvm with two cards, three domains, and two providers outside.")
        self._qnet("lab", "up")
        say()
        self._qnet("status")

    def routes(self) -> None:
        """Both tables."""
        head("2. netvm's routes: one for each domain with a card, the provider's network, and the way out.")
        self._qnet("routes")
        say(f"\nAnd all that {DOMAIN} needs:")
        self._qnet("routes", "--domain", DOMAIN)

    def before(self, tray: Tray) -> None:
        """A page by name, and the tray."""
        old = Provider(0)
        head(f"3. {DOMAIN} fetches a page by name. It knows virtual name servers, which netvm redirects.")
        self._fetch(old)
        say(f"\nThe tray says: {tray.says(f'({old.uplink},')}")
        tray.open_status()
        self._show(tray, "before.png", tooltip=True)

    def roam(self, tray: Tray, folder: Path) -> None:
        """To the other provider."""
        old, new = Provider(0), Provider(1)
        head(f"4. The cable to {old.name} is pulled, and the one to {new.name} plugged in.")
        server = next(row.split()[0] for row in self._qnet("dns", quietly=True).splitlines()[1:])
        with Roaming(self._lab, DOMAIN, server, new, folder) as roaming:
            self._qnet("lab", "roam")
            pulled = time.time()
            say("Waiting: NetworkManager gives a card some 6 seconds without a cable before it gives it up.")
            signalled, answered = roaming.wait()
        waited, late = signalled - pulled, 1000 * (answered - signalled)
        say(f"{waited:5.2f} s after that, NetworkManager signals that {new.name}'s name servers count now;")
        say(f"{late:5.0f} ms after the signal, {DOMAIN} has its first answer from {new.name}.")
        self._fetch(new)
        notification = tray.notified()
        if new.uplink not in notification:
            raise NoAnswer(plain(f"The tray told of something else: {notification}"))
        say(f"\nThe tray notifies: {notification}")
        self._show(tray, "notification.png", tooltip=False)
        say(f"The tray says: {tray.says(f'({new.uplink},')}")
        self._show(tray, "after.png", tooltip=True)

    def changes(self, before: str) -> None:
        """What changed in the domain itself."""
        head(f"7. And {DOMAIN} itself? Its address, its routes, its resolv.conf and when that was written:")
        after = self.configuration()
        say(after)
        say()
        for when, text in (("before", before), ("after", after)):
            say(f"sha256 {when:<6} {hashlib.sha256(text.encode()).hexdigest()}")
        if before != after:
            lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="")
            say("\n".join(lines))
            raise Refused(plain(f"The configuration of {DOMAIN} has changed."))
        say("Nothing in it has changed.")

    def stay(self, tray: Tray) -> None:
        """On a person's own screen everything can be tried, until Ctrl-C."""
        if tray.on_own_screen and sys.stdin.isatty():
            head("It is yours now: the tray, and the lab behind it. Ctrl-C ends both.")
            with contextlib.suppress(KeyboardInterrupt):
                signal.signal(signal.SIGINT, signal.default_int_handler)
                while True:
                    signal.pause()

    def _introduce(self) -> None:
        print("This is a lab: a whole machine in namespaces of this one, whose own network stays as it is.")
        print(f"Each command below was run with QNET_LAB={self._lab}; what follows it is what it printed.", flush=True)

    def look(self) -> None:
        """What can be seen of it without a desktop, in a few seconds."""
        self._introduce()
        self.machine()
        head(f"2. {DOMAIN} fetches a page by name. It knows virtual name servers, which netvm redirects.")
        self._fetch(Provider(0))
        self._qnet("dns")

    def tell(self, folder: Path) -> None:
        """All of it."""
        self._introduce()
        self.machine()
        self.routes()
        before = self.configuration()
        with open_tray(folder, self._lab, self._desktop) as tray:
            self.before(tray)
            self.roam(tray, folder)
            upgrade = Upgrade(tray, self._lab, lambda name: self._show(tray, name, tooltip=False))
            upgrade.up()
            upgrade.down()
            upgrade.applet()
            self.changes(before)
            self.stay(tray)
