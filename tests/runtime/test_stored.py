"""Files that our programs have stored: whatever is in their place is told, and not waited for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qnet_gui.dom0.attach.allocator import Allocator
from qnet_gui.dom0.netvm_image import record as image
from qnet_gui.dom0.netvm_lifecycle import outcome, record
from qnet_gui.dom0.setup.record import RecordFolder
from qnet_gui.dom0.upgrade.doubt import DoubtFile, Doubtful
from qnet_gui.model.config import Config
from qnet_gui.model.errors import QnetError
from qnet_gui.netvm.packet_filter import former
from qnet_gui.runtime.stored import read_stored

ODD: dict[str, Callable[[Path], Any]] = {
    "empty": Path.touch,
    "binary": lambda path: path.write_bytes(bytes(range(256))),
    "very deep": lambda path: path.write_text("[" * 100_000),
    "a long number": lambda path: path.write_text("9" * 5000),
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path),
}
OTHER_JSON = ["null", "7", "[]", "{}", '[{"a": 1}]', '{"files": 7, "units": [], "netvm": 1}', '"x"', "true"]


@pytest.fixture(params=[*ODD, *OTHER_JSON])
def odd(request: pytest.FixtureRequest) -> Callable[[Path], Any]:
    text = str(request.param)
    return ODD.get(text, lambda path: path.write_text(text))


@pytest.mark.parametrize("kind", ODD)
def test_what_is_none_of_ours_is_told(kind: str, tmp_path: Path) -> None:
    ODD[kind](tmp_path / "file")
    with pytest.raises((OSError, ValueError)):
        read_stored(tmp_path / "file")


def test_what_is_stored_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text('{"a": [1]}')
    assert read_stored(tmp_path / "file") == {"a": [1]}
    with pytest.raises(FileNotFoundError):
        read_stored(tmp_path / "none")


def test_addresses_are_given_all_the_same(odd: Callable[[Path], Any], tmp_path: Path, log_guard: Any) -> None:
    log_guard.expect("cannot be read, addresses are given anew")
    path = tmp_path / "addresses.json"
    odd(path)
    first = Config().pool[2]
    if path.is_dir():
        with pytest.raises(QnetError, match="cannot be written"):
            Allocator(Config(), path).address("u", (), ())
    else:
        assert Allocator(Config(), path).address("u", (), ()) == first


def test_a_start_of_the_netvm_was_none(odd: Callable[[Path], Any], tmp_path: Path) -> None:
    odd(tmp_path / "netvm.json")
    assert record.RecordFile(tmp_path / "netvm.json").load() == record.Record()
    assert outcome.load(tmp_path / "netvm.json") is None


def test_nobody_is_in_doubt(odd: Callable[[Path], Any], tmp_path: Path, log_guard: Any) -> None:
    log_guard.expect("cannot be read")
    odd(tmp_path / "journal.doubt")
    assert DoubtFile(tmp_path / "journal").load() == Doubtful()


def test_a_name_that_is_no_text_of_d_bus_is_nobodys(tmp_path: Path, log_guard: Any) -> None:
    log_guard.expect("cannot be read")
    (tmp_path / "journal.doubt").write_text('{"domains": [{"id": 2, "uuid": "u", "name": "\\ud800"}]}')
    assert DoubtFile(tmp_path / "journal").load() == Doubtful()


def test_nothing_was_set_in_the_netvm(
    odd: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(former, "PATH", tmp_path / "former.json")
    odd(tmp_path / "former.json")
    assert former.settings() == {}


@pytest.mark.parametrize("reads", [RecordFolder, lambda folder: image.RecordFile("done", folder)])
def test_a_record_that_must_not_be_lost_is_told(
    odd: Callable[[Path], Any], reads: Callable[[Path], Any], tmp_path: Path
) -> None:
    odd(tmp_path / "done.json")
    with pytest.raises(QnetError, match=r"done\.json cannot be read"):
        reads(tmp_path)
