"""Files that our programs have stored: whatever is in their place is told, and not waited for."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from qnet_gui.dom0.attach.allocator import Allocator
from qnet_gui.dom0.netvm_image import record as image
from qnet_gui.dom0.netvm_image import survey
from qnet_gui.dom0.netvm_lifecycle import outcome, record
from qnet_gui.dom0.setup.record import RecordFolder
from qnet_gui.dom0.upgrade import resolv_conf
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


def _ends(reader: Callable[[], Any]) -> Any:
    """What it returns, or raises, before a pipe or a device would have had it wait for ever."""

    def in_time(*_: Any) -> None:
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, in_time)
    signal.alarm(3)
    try:
        return reader()
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_a_pipe_in_the_place_of_resolv_conf_is_kept_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    os.mkfifo(path)
    _ends(lambda: resolv_conf.install((IPv4Address("10.139.1.1"),), False, path))
    assert path.read_text().startswith(resolv_conf.MARK)
    _ends(lambda: resolv_conf.restore(False, path))
    assert path.is_fifo()
    path.unlink()
    os.mkfifo(path)
    _ends(lambda: resolv_conf.restore(False, path))
    assert path.is_fifo()


def test_a_pipe_in_the_place_of_what_was_changed_is_left(tmp_path: Path) -> None:
    path = tmp_path / "work.cfg"
    path.write_text("old")
    folder = RecordFolder(tmp_path / "record")
    folder.replace_file(path, "new")
    path.unlink()
    os.mkfifo(path)
    assert not _ends(lambda: folder.restore_file(folder.record.files[0]))
    with pytest.raises(QnetError, match="it is not a file"):
        _ends(lambda: folder.replace_file(path, "newer"))


def test_a_pipe_in_the_place_of_a_netvms_configuration_is_something_there(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "netvm.cfg")
    assert _ends(lambda: survey._text(tmp_path / "netvm.cfg")) == "\0"


def test_what_is_stored_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text('{"a": [1]}')
    assert read_stored(tmp_path / "file") == {"a": [1]}
    with pytest.raises(FileNotFoundError):
        read_stored(tmp_path / "none")


def test_addresses_are_given_all_the_same(odd: Callable[[Path], Any], tmp_path: Path, log_guard: Any) -> None:
    log_guard.expect("cannot be read, addresses are given anew|is no address of a domain")
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
