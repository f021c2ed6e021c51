"""`make demo`: a whole machine comes up, a domain fetches a page, the provider changes, the domain fetches it again.

It ends with status 1 when something of that did not happen; whatever happens, the lab is taken down.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from qnet_gui.lab.box.place import Place
from qnet_gui.lab.demo.narration import say
from qnet_gui.lab.demo.story import DOMAIN, Demo
from qnet_gui.lab.demo.tray import DESKTOPS
from qnet_gui.lab.machine.lifecycle import take_down
from qnet_gui.model.errors import QnetError
from qnet_gui.runtime.signals import ENDING


def _program() -> str:
    """`qnet` as a person can call it; in a checkout it is not on the PATH, and perhaps only a module."""
    beside = Path(sys.executable).with_name("qnet")
    return str(beside) if beside.exists() else f"{sys.executable} -m qnet_gui.cli"


def _end(place: Place, keep: bool) -> None:
    """Take the lab down; nothing interrupts that."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    if not place.exists():
        return
    if keep:
        qnet = f"sudo {_program()} --lab {place.name}"
        print("\nThe lab is still up:")
        say(f"{qnet} status\n{qnet} lab exec {DOMAIN} -- bash\n{qnet} lab roam\n{qnet} lab down")
    else:
        take_down(place)
        print("\nThe lab is down; nothing is left of it.")


def _run(demo: Demo, place: Place, look: bool, keep: bool) -> int:
    started, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="qnet-demo-"))
    try:
        if look:
            demo.look()
            shutil.rmtree(folder)
            return 0
        demo.tell(folder)
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
    for number in ENDING:  # once is enough
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser("python -m qnet_gui.lab.demo.main", description="Show what qnet does, in a lab.")
    parser.add_argument("-n", "--name", metavar="LAB", default="demo", help="the lab's name (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="leave the lab up")
    parser.add_argument("--look", action="store_true", help="the first of it only: needs no desktop, keeps no lab")
    where = Path("build/demo")
    parser.add_argument("--pictures", metavar="FOLDER", type=Path, default=where, help="default: %(default)s")
    where_tray = "where the tray is: your own screen, a Plasma or a light desktop without one (default: what there is)"
    parser.add_argument("--desktop", choices=DESKTOPS, default=DESKTOPS[0], help=where_tray)
    args = parser.parse_args(argv)
    try:
        place = Place(args.name)
    except QnetError as error:
        parser.error(error.sentence)
    if os.geteuid():
        print("The demo needs root, for the namespaces of its lab: sudo make demo", file=sys.stderr)
        return 1
    if place.exists():
        cure = f"sudo {_program()} --lab {place.name} lab down"
        print(f"There is a lab named {place.name} already. Take it down: {cure}", file=sys.stderr)
        return 1
    for number in ENDING:
        signal.signal(number, _interrupt)
    return _run(Demo(place.name, args.pictures, args.desktop), place, args.look, args.keep and not args.look)


if __name__ == "__main__":
    sys.exit(main())
