"""Makes what is planned, or nothing: whatever fails, and Ctrl-C, takes away again what there is by then. It blocks.

Everything has a name of its own until it is whole, and gets its place in one step, where nothing may lie. What is going
to be made is recorded first, so that a run that was killed can be taken away as well.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from qnet_gui.dom0.netvm_image import packages, programs, root_writer, sources
from qnet_gui.dom0.netvm_image.plan import Plan
from qnet_gui.dom0.netvm_image.record import MadeFile, Record, RecordFile, digest_of
from qnet_gui.dom0.netvm_image.root import FolderRoot, Root, kernel, lacking, open_root
from qnet_gui.dom0.netvm_image.survey import Machine, Survey
from qnet_gui.dom0.netvm_image.undo import Tell, remove_partial, undo
from qnet_gui.dom0.netvm_image.wanted import Places, Wanted
from qnet_gui.dom0.netvm_lifecycle.interrupts import uninterrupted
from qnet_gui.model.errors import QnetError, Refused
from qnet_gui.model.messages.netvm_image import ImageCode
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.runtime.atomic_file import sync_folder

#: Seconds in which Debian has to be fetched and unpacked, and in which a disk has to be written.
_FETCH, _WRITE = 7200.0, 3600.0
#: What a filesystem says that has no hard links, such as FAT: link(2).
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)
#: A filesystem with so few bytes left is full.
_FULL = 16 << 20


class Maker:
    """One run. `tell` gets a line for each thing that is done."""

    def __init__(
        self, wanted: Wanted, survey: Survey, plan: Plan, places: Places, machine: Machine, tell: Tell
    ) -> None:
        self._wanted, self._survey, self._plan, self._places = wanted, survey, plan, places
        self._machine, self._run, self._tell = machine, machine.run, tell
        self._file = RecordFile(wanted.name, machine.record)
        self._token = f"qnet-netvm-{secrets.token_hex(6)}"
        self._work = machine.work / self._token

    def make(self) -> None:
        """All of it; `QnetError` or `KeyboardInterrupt` after all of it was taken away again."""
        self._file.save(Record(partial=(str(self._work),), token=self._token))
        try:
            self._work.mkdir(mode=0o700)
            self._make()
        except BaseException as error:
            full = self._full_folder()
            with uninterrupted():
                for line in undo(self._file, self._run, self._tell):
                    self._tell(f"! {line}")
            if full and isinstance(error, OSError | QnetError):
                raise Refused(ImageCode.DISK_FULL, path=str(full)) from error
            if isinstance(error, OSError):
                raise _said(error) from error
            raise

    def _make(self) -> None:
        root, folder = self._root()
        if names := lacking(root):
            raise Refused(ImageCode.ROOT_LACKS, name=self._wanted.name, names=names)
        if self._wanted.volume:
            self._make_volume(folder)
        else:
            self._put(self._places.disk, 0o600, lambda target: self._write_disk(folder, target), changes=True)
        self._put_kernel(root)
        if self._places.configuration is not None and self._plan.configuration is not None:
            self._configure(self._places.configuration, self._plan.configuration)
        self._discard_work()

    # -- the root

    def _root(self) -> tuple[Root, Path]:
        """What becomes the netvm, and where it lies: a folder of our own, or an image as it is."""
        source = self._wanted.source
        if source is not None and not source.is_dir():
            return open_root(source, self._run), source
        root = FolderRoot(self._work / "root")
        if source is None:
            self._bootstrap(root)
        else:
            self._run(programs.copy_tree(source, root.folder), "cp", _WRITE)
            self._tell(f"done: copied {source}")
        files = [path for _, paths in self._survey.ours.files for path in paths]
        if files:
            root_writer.install(root, files, self._run)
            self._tell(f"done: installed {', '.join(path.name for path in files)} in it")
        root_writer.settle(root, self._wanted.name)
        return root, root.folder

    def _bootstrap(self, root: FolderRoot) -> None:
        debian, ours = self._survey.debian, self._survey.ours
        names = packages.needed(self._survey.xen, ours.needs, sources.has_firmware(debian.repositories))
        if not ours.files:
            names += packages.OURS
        first = FolderRoot(self._work / "first")
        first.folder.mkdir()
        root_writer.write(first, packages.FIRST_FILES)
        self._tell(f"fetching Debian {debian.suite}, which takes minutes…")
        self._work.chmod(0o711)  # apt fetches as a user of its own
        words = programs.bootstrap(
            debian.program, root.folder, first.folder, debian.suite, debian.repositories, debian.keyring, names,
            debian.proxies,
        )  # fmt: skip
        self._run(words, Path(debian.program).name, _FETCH)
        self._work.chmod(0o700)
        if debian.program == programs.DEBOOTSTRAP:
            root_writer.write(root, packages.FIRST_FILES)
            root_writer.make_initrd(root, self._run)
        self._tell(f"done: a Debian {debian.suite}, with {len(names)} packages and what these need")

    # -- what is made of it

    def _write_disk(self, source: Path, target: Path) -> None:
        if source.is_dir():
            self._run(programs.make_disk(source, target, self._wanted.size), "mke2fs", _WRITE)
        else:
            self._run(programs.copy_image(source, target, bool(self._wanted.volume)), "cp", _WRITE)

    def _make_volume(self, source: Path) -> None:
        volume = self._wanted.volume
        if programs.volume_tags(self._run, volume) is not None:
            raise Refused(ImageCode.THERE_ALREADY, path=volume)
        self._note(volume=volume)
        self._run(programs.make_volume(volume, self._wanted.size, self._token), "lvcreate", 60.0)
        self._write_disk(source, self._places.disk)
        self._tell(f"done: the logical volume {volume}")

    def _put_kernel(self, root: Root) -> None:
        """For xl, which starts the netvm with them."""
        newest = kernel(root)
        if newest is None:
            return
        for path, target in ((newest.image, self._places.kernel), (newest.ramdisk, self._places.ramdisk)):
            if target is not None:
                self._put(target, 0o644, partial(root.copy, path))

    def _configure(self, path: Path, text: str) -> None:
        was = self._survey.configuration
        if was is not None:
            self._file.configuration.replace_file(path, text, was)
            self._tell(f"done: {path}")
        else:
            self._put(path, 0o644, lambda target: target.write_text(text, encoding="utf-8"))

    # -- places

    def _put(self, path: Path, mode: int, write: Callable[[Path], Any], changes: bool = False) -> None:
        """Have `write` make a file, and give it its place once it is whole. `changes`: what is in it is going to."""
        self._make_folders(path.parent)
        fresh = path.with_name(f".{path.name}.{self._token}")
        self._note(partial=(*self._record.partial, str(fresh)))
        write(fresh)
        fresh.chmod(mode)
        _sync(fresh)
        made = MadeFile(str(path), fresh.lstat().st_ino, "" if changes else digest_of(fresh))
        self._note(files=(*self._record.files, made))
        _move(fresh, path)
        sync_folder(path.parent)
        self._tell(f"done: {path}")

    def _make_folders(self, folder: Path) -> None:
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            self._note(folders=(*self._record.folders, str(one)))
            one.mkdir(mode=0o755)

    def _discard_work(self) -> None:
        """All is made: what is left of the making goes."""
        remove_partial(self._record)
        self._note(partial=(), finished=True)

    @property
    def _record(self) -> Record:
        return self._file.record or Record()

    def _note(self, **changes: Any) -> None:
        self._file.save(replace(self._record, **changes))

    def _full_folder(self) -> Path | None:
        """Where there is no room any more."""
        folders = [self._machine.work, *([] if self._wanted.volume else [self._places.disk.parent])]
        return next((path for path in folders if path.is_dir() and self._machine.free(path) < _FULL), None)


def _move(fresh: Path, path: Path) -> None:
    """Give a file its place; `Refused` where something lies there."""
    try:
        os.link(fresh, path)  # which a rename would not refuse
    except FileExistsError:
        raise Refused(ImageCode.THERE_ALREADY, path=str(path)) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            raise Refused(ImageCode.THERE_ALREADY, path=str(path)) from None
        fresh.rename(path)
    else:
        fresh.unlink()


def _sync(path: Path) -> None:
    """Have the disk have it."""
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _said(error: OSError) -> QnetError:
    return QnetError(SystemCode.FILE_UNWRITABLE, path=str(error.filename or ""), why=error.strerror or "")
