"""The guest's resolv.conf, without any guest."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from qnet_gui.guest.setup import write_resolv_conf
from qnet_gui.model.errors import QnetError

SERVERS = (IPv4Address("10.139.1.1"), IPv4Address("10.139.1.2"))


def test_it_is_written_once_and_then_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    assert write_resolv_conf(SERVERS, path)
    before = path.stat()
    assert path.read_text().endswith("nameserver 10.139.1.1\nnameserver 10.139.1.2\n")
    assert before.st_mode & 0o7777 == 0o644
    assert not write_resolv_conf(SERVERS, path)
    assert path.stat().st_ino == before.st_ino
    assert write_resolv_conf((), path)
    assert "nameserver" not in path.read_text()
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("another's")
    path = tmp_path / "resolv.conf"
    path.symlink_to("other")
    assert write_resolv_conf(SERVERS, path, tmp_path / "kept/file")
    assert not path.is_symlink()
    assert str((tmp_path / "kept/file").readlink()) == "other"
    assert (tmp_path / "other").read_text() == "another's"


def test_what_somebody_else_wrote_last_is_kept_and_never_our_own(tmp_path: Path) -> None:
    path, kept = tmp_path / "resolv.conf", tmp_path / "kept/resolv.conf"
    for theirs in ("nameserver 9.9.9.9\n", "nameserver 1.1.1.1\n"):
        path.write_text(theirs)
        for servers in (SERVERS, (), SERVERS):
            assert write_resolv_conf(servers, path, kept)
            assert kept.read_text() == theirs


def test_what_cannot_be_kept_is_replaced_all_the_same(tmp_path: Path, log_guard: Any) -> None:
    log_guard.expect("WARNING .* what .*resolv.conf was before cannot be kept")
    (tmp_path / "file").write_text("")
    path = tmp_path / "resolv.conf"
    path.write_text("nameserver 9.9.9.9\n")
    assert write_resolv_conf(SERVERS, path, tmp_path / "file/kept")
    assert path.read_text().endswith("10.139.1.2\n")


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(QnetError, match=r"resolv\.conf cannot be written"):
        write_resolv_conf(SERVERS, tmp_path / "file" / "resolv.conf")
