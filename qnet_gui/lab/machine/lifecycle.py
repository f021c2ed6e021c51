"""The first and the last moment of a lab. Touches its folder, its control group, and the machine's process.

What can be left over by a death at any moment is in the control group or in the folder, so taking down needs nothing
else; the lock makes it wait until whatever was being started is in that group.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

from qnet_gui.lab.box import cgroup
from qnet_gui.lab.box.child import python_path
from qnet_gui.lab.box.place import Place
from qnet_gui.lab.box.programs import ENVIRONMENT
from qnet_gui.lab.screen.screens import need_programs
from qnet_gui.lab.xen import stub
from qnet_gui.model.errors import HypervisorError, NotFound, QnetError, Refused
from qnet_gui.model.messages.plain import plain
from qnet_gui.runtime.signals import held


def _need_own_root() -> None:
    """`Refused` in a chroot, which whoever enters a domain would leave: a mount namespace has one root."""
    enter = ["/usr/bin/nsenter", "--mount=/proc/self/ns/mnt", "/usr/bin/stat", "--format=%d %i", "/"]
    root = subprocess.run(enter, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    here = Path("/").stat()
    if root.returncode == 0 and root.stdout.split() != [str(here.st_dev), str(here.st_ino)]:
        cure = "Enter that folder as a container does: systemd-nspawn --directory=FOLDER, or pivot_root"
        raise Refused(plain(f"This is a chroot, in which there can be no lab. {cure}"))


def take_up(place: Place, netvms: list[str], names: list[str], uplinks: int, iommu: str, screen: str = "") -> None:
    """Start the machine and wait until its domains have booted. `screen`: the size of those of the netvms, if any."""
    if screen:
        need_programs()
    _need_own_root()
    stub.library()
    with place.locked():
        if place.exists():
            raise Refused(
                plain(
                    f"There is a lab named {place.name} already. Take it down (sudo qnet lab down --name {place.name}),"
                    " or choose another name with --name."
                )
            )
        try:
            try:
                cgroup.make(place.cgroup)
                place.make()
            except OSError as error:
                raise HypervisorError(plain(f"The lab cannot be made: {error.filename}: {error.strerror}.")) from None
            _start(place, netvms, names, uplinks, iommu, screen)
        except KeyboardInterrupt:
            _remove(place)
            raise QnetError(plain("Interrupted. Nothing is left of the lab.")) from None
        except BaseException:
            _remove(place)
            raise


def _start(place: Place, netvms: list[str], names: list[str], uplinks: int, iommu: str, screen: str) -> None:
    environment = {**ENVIRONMENT, "PYTHONPATH": python_path()}
    options = [str(uplinks), iommu, screen, ",".join(netvms)]
    command = [sys.executable, "-m", "qnet_gui.lab.machine.main", place.name, *options, *names]
    # between this and its first instruction it holds the lock, so `down` cannot miss it
    join = partial(cgroup.join, place.cgroup)
    with (place.log / "machine.log").open("ab") as log, held(join) as prepared:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            preexec_fn=prepared,
        )
    with process:
        assert process.stdout is not None  # noqa: S101
        line = process.stdout.readline()
        if not line:
            last = (place.log / "machine.log").read_text(errors="replace").strip().rpartition("\n")[2]
            raise HypervisorError(plain(f"The lab's machine has died: {last}"))
        if error := json.loads(line):
            raise HypervisorError(plain(error))
        process.returncode = 0  # it goes on without us


def take_down(place: Place) -> None:
    """Kill everything of a lab and remove what it was in."""
    with place.locked():
        if not place.exists():
            raise NotFound(plain(f"There is no lab named {place.name}."))
        _remove(place)


def _remove(place: Place) -> None:
    cgroup.kill(place.cgroup)
    with suppress(FileNotFoundError):
        shutil.rmtree(place.folder)
