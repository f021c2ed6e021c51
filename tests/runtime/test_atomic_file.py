from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import pytest

from qnet_gui.model.errors import QnetError
from qnet_gui.runtime.atomic_file import fresh_name, save, write_atomically


def test_content_and_mode_are_as_asked_whatever_was_there(tmp_path):
    path = tmp_path / "new" / "folder" / "file"
    umask = os.umask(0o077)
    try:
        write_atomically(path, b"first", 0o644)
    finally:
        os.umask(umask)
    assert (path.read_bytes(), path.stat().st_mode & 0o7777) == (b"first", 0o644)
    write_atomically(path, b"2", 0o600)
    assert (path.read_bytes(), path.stat().st_mode & 0o7777) == (b"2", 0o600)
    assert list(path.parent.iterdir()) == [path]


def test_what_a_crash_left_or_somebody_laid_there_is_not_written_through(tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"another's")
    fresh_name(tmp_path / "file").symlink_to(other)
    write_atomically(tmp_path / "file", b"ours")
    assert (other.read_bytes(), (tmp_path / "file").read_bytes()) == (b"another's", b"ours")
    assert not (tmp_path / "file").is_symlink()


def test_what_an_administrator_has_laid_beside_a_file_stays(tmp_path):
    """His next resolv.conf, or the domain work.new beside the domain work in /etc/xen/auto: it was removed."""
    his = tmp_path / "file.new"
    his.write_bytes(b"his")
    write_atomically(tmp_path / "file", b"ours")
    assert his.read_bytes() == b"his"
    assert fresh_name(tmp_path / "file").name.startswith("."), "which nobody takes for a domain's where it is left"


def test_a_full_disk_leaves_the_old_content_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(QnetError, match="cannot be written"):
            write_atomically(path, b"x" * 101)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(QnetError, match="cannot be written"):
        write_atomically(tmp_path / "file" / "below", b"x")


@pytest.mark.parametrize("durable", [True, False])
def test_only_what_is_to_last_waits_for_the_disk(tmp_path, monkeypatch, durable):
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    write_atomically(tmp_path / "file", b"x", durable=durable)
    assert (tmp_path / "file").read_bytes() == b"x"
    assert len(synced) == (2 if durable else 0)  # the file and its folder


def test_a_file_of_a_persons_own_keeps_its_mode_and_its_link(tmp_path):
    real, link, pipe = tmp_path / "real", tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(real)
    umask = os.umask(0o027)
    try:
        save(link, b"first")
    finally:
        os.umask(umask)
    assert (link.is_symlink(), real.read_bytes(), real.stat().st_mode & 0o7777) == (True, b"first", 0o640)
    real.chmod(0o600)
    save(real, b"second")
    assert (real.read_bytes(), real.stat().st_mode & 0o7777) == (b"second", 0o600)
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        save(pipe, b"third")
        assert os.read(reader, 10) == b"third"
    finally:
        os.close(reader)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe", "real"]
    (tmp_path / "ring").symlink_to("ring")
    for nowhere in (tmp_path / "none" / "x", tmp_path / "real" / "x", tmp_path / ("x" * 300), tmp_path / "ring"):
        with pytest.raises(OSError, match=r"No such|Not a dir|too long|Too many levels"):
            save(nowhere, b"")


def test_what_is_open_or_somebody_elses_is_written_to_and_not_replaced(tmp_path):
    """As root, a person's own file became root's; and of `> f` the rest of the output was lost."""
    theirs, twin, printed = tmp_path / "theirs", tmp_path / "twin", tmp_path / "printed"
    theirs.write_bytes(b"before")
    twin.hardlink_to(theirs)
    save(theirs, b"after")
    assert (twin.read_bytes(), twin.stat().st_nlink) == (b"after", 2)
    with printed.open("wb") as output:
        save(Path(f"/dev/fd/{output.fileno()}"), b"map\n")
        output.seek(0, os.SEEK_END)
        output.write(b"more\n")
    assert printed.read_bytes() == b"map\nmore\n"
    reader, writer = os.pipe()
    try:
        save(Path(f"/dev/fd/{writer}"), b"map")
        assert os.read(reader, 10) == b"map"
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.usefixtures("as_root")
def test_a_persons_own_file_stays_his(tmp_path):
    path = tmp_path / "map.svg"
    path.write_bytes(b"")
    os.chown(path, 65534, 65534)
    save(path, b"map")
    assert (path.read_bytes(), path.stat().st_uid) == (b"map", 65534)
