"""`make demo` without a screen, on a Plasma: what it tells, and a picture of every stop."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

from qnet_gui.lab.box.place import Place

ROOT = Path(__file__).parents[2]
STOPS = ("before", "notification", "after", "password", "dom0-connected", "dom0-closed", "nm-applet")


def test_the_tour(pictures: Path) -> None:
    place, folder = Place(f"pd{os.getpid() % 1000000}"), pictures / "demo"
    env = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "SUDO_UID", "PKEXEC_UID")}
    done = subprocess.run(
        [sys.executable, "-m", "qnet_gui.lab.demo.main", "--name", place.name, "--pictures", str(folder)], cwd=ROOT,
        env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    facts = (
        r"The tray is on a Plasma of its own, in the lab's dom0, and not on your screen: DISPLAY is not set\.",
        r"The tray says: Connected by cable \(eth0,",
        r"The tray notifies: Uplink changed: eth0 \(cable\) → eth1 \(cable\)",
        r"\$ qnet dom0 up --minutes 30\n   person is asked for a password, by Plasma's own dialog:",
        r"\[done\] paused 3 domains: personal, vault, work\n",
        r"The tray says: dom0 is connected to the network until (tomorrow )?\d\d:\d\d\. 3 domains are paused\.",
        r"\[undone\] resumed 3 domains: personal, vault, work\n",
        r"The tray says: Connected by cable \(eth1,",
        r"nm-applet has been started in netvm\.",
        r"Nothing in it has changed\.",
        r"All of it happened, in \d+ s\.",
    )
    at = 0
    for fact in facts:
        match = re.compile(fact).search(done.stdout, at)
        assert match, f"{fact} is not in, or too early in:\n{done.stdout}"
        at = match.start()
    taken = [folder / f"{name}.png" for name in STOPS]
    assert all(f"A picture of it: {picture}\n" in done.stdout for picture in taken)
    assert len({hashlib.sha256(picture.read_bytes()).digest() for picture in taken}) == len(STOPS)
    assert not place.exists()
