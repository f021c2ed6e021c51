"""Takes away what `qnet netvm make` has made, just that, be it half of it. Touches what the record names; blocks."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from qnet_gui.dom0.netvm_image import programs
from qnet_gui.dom0.netvm_image.record import Record, RecordFile
from qnet_gui.dom0.netvm_image.root import Run
from qnet_gui.dom0.setup.record import ChangedFile
from qnet_gui.model.errors import QnetError, Refused
from qnet_gui.model.messages.netvm_image import ImageCode
from qnet_gui.model.messages.system import SystemCode

Tell = Callable[[str], None]
#: How often it is tried to remove a folder, and seconds in between.
_TRIES, _PAUSE = 50, 0.1


def must_be_allowed(file: RecordFile, starts_at_boot: bool, runs: bool) -> None:
    """`Refused` where there is nothing to be taken away, or it is in use."""
    if file.record is None:
        raise Refused(ImageCode.MADE_NONE, name=file.name)
    if runs:
        command = f"qnet netvm stop, or xl shutdown {file.name}"
        raise Refused(ImageCode.RUNS_STILL, name=file.name, command=command)
    if starts_at_boot:
        command = "qnet setup --undo, or systemctl disable qnet-netvm"
        raise Refused(ImageCode.STARTED_AT_BOOT, name=file.name, command=command)


def described(file: RecordFile) -> list[str]:
    """What would be done, in words."""
    record = file.record or Record()
    return [
        *(f"put {changed.path} back as it was" for changed in _last_changes(file)),
        *(f"remove {made.path}" for made in reversed(record.files)),
        *([f"remove the logical volume {record.volume}"] if record.volume else []),
    ]


def _last_changes(file: RecordFile) -> list[ChangedFile]:
    """Of each file that of the netvm that there is: an earlier one's, which was left, has been told of."""
    return [*{changed.path: changed for changed in file.configuration.record.files}.values()]


def undo(file: RecordFile, run: Run, tell: Tell) -> list[str]:
    """Take it away; what is left, since somebody has changed it, in words. `QnetError` where something fails."""
    record, left = file.record or Record(), []
    configuration = file.configuration
    for changed in _last_changes(file):
        if configuration.restore_file(changed):
            tell(f"put back: {changed.path}")
        else:
            left.append(changed.left)
    try:
        for made in reversed(record.files):
            if made.is_ours:
                Path(made.path).unlink()
                tell(f"removed: {made.path}")
            elif os.path.lexists(made.path):
                left.append(f"{made.path} is not what was made any more, and is left")
        remove_partial(record)
        if record.volume:
            left += _remove_volume(record, run, tell)
        for folder in reversed(record.folders):
            with suppress(OSError):  # somebody else's is in it
                Path(folder).rmdir()
        file.forget()
    except OSError as error:
        path, why = str(error.filename or ""), error.strerror or ""
        raise QnetError(SystemCode.FILE_NOT_REMOVED, path=path, why=why) from None
    return left


def remove_partial(record: Record) -> None:
    """What bears the token of this run, and nothing else."""
    for path in map(Path, record.partial):
        if record.token and record.token in path.name:
            if path.is_dir() and not path.is_symlink():
                _remove_tree(path)
            else:
                path.unlink(missing_ok=True)


def _remove_tree(folder: Path) -> None:
    """Programs that were killed a moment ago may put one more file there before they are gone."""
    for _ in range(_TRIES):
        with suppress(OSError):
            shutil.rmtree(folder)
            return
        time.sleep(_PAUSE)
    shutil.rmtree(folder)


def _remove_volume(record: Record, run: Run, tell: Tell) -> list[str]:
    tags = programs.volume_tags(run, record.volume)
    if tags is None:
        return []
    if record.token not in tags:
        return [f"The logical volume {record.volume} is not the one that was made, and is left"]
    run(programs.remove_volume(record.volume), "lvremove", 60.0)
    tell(f"removed: the logical volume {record.volume}")
    return []
