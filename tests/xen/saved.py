"""Saves a running Xen machine once, so that each test can start from one that runs: restored in a second.

Touches build/xen/saved-…, one folder for each content of the machine. Its memory is the file that QEMU ran on; a
restored machine maps it privately, so it stays as it was.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import image
from boot import Machine, more_disk
from parts import BUILD
from turns import only_one

_SHARED_MEMORY = [{"capability": "x-ignore-shared", "state": True}]


def saved(name: str, make: Callable[[Machine], None], kind: str = "") -> Path:
    """The folder of a saved machine, booted and brought up by `make` when there is none of this content yet."""
    with only_one(f"saved-{name}"):
        made_of = [image.machine(), *(disk.parent for disk in (more_disk(kind),) if disk)]
        folder = BUILD / "-".join(["saved", name, *(path.name.rpartition("-")[2] for path in made_of)])
        if not folder.exists():
            _make(name, folder, make, kind)
        return folder


def _make(name: str, folder: Path, make: Callable[[Machine], None], kind: str) -> None:
    for old in BUILD.glob(f"saved-{name}-*"):
        shutil.rmtree(old)
    wip = BUILD / f".saved-{name}"
    shutil.rmtree(wip, ignore_errors=True)
    wip.mkdir(parents=True)
    machine = Machine(memory=wip / "memory", kind=kind)
    try:
        try:
            make(machine)
            machine.ok("sync")
        except BaseException:
            machine.keep()
            raise
        _save(machine, wip / "state")
        (wip / "stages").write_text(json.dumps(machine.stages))
        shutil.copy(machine.folder / "state", wip / "disk")
        if (store := machine.folder / "store").exists():
            shutil.copy(store, wip)
    finally:
        machine.end()
    wip.rename(folder)


def _save(machine: Machine, state: Path) -> None:
    monitor = machine.monitor
    monitor.do("stop")
    monitor.do("migrate-set-capabilities", capabilities=_SHARED_MEMORY)
    monitor.do("migrate-set-parameters", **{"max-bandwidth": 0})
    monitor.do("migrate", uri=f"exec:cat >{state}")
    _wait(machine, "completed")


def _wait(machine: Machine, status: str) -> None:
    until = time.monotonic() + 60
    while (state := machine.monitor.do("query-migrate").get("status")) != status:
        assert state != "failed" and time.monotonic() < until, f"QEMU's migration: {state}"
        time.sleep(0.02)


def restore(folder: Path, kind: str = "") -> Machine:
    """A machine that goes on from where the saved one was."""
    machine = Machine(saved=folder, kind=kind)
    monitor = machine.monitor
    monitor.do("migrate-set-capabilities", capabilities=_SHARED_MEMORY)
    monitor.do("migrate-incoming", uri=f"exec:cat {folder}/state")
    _wait(machine, "completed")
    monitor.do("cont")
    return machine
