"""The journal's file: texts in JSON, addresses inside, and nothing that is off is believed."""

from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from qnet_gui.dom0 import main
from qnet_gui.dom0.upgrade import resolv_conf
from qnet_gui.dom0.upgrade.journal import UNKNOWN, Journal, JournalFile, PausedDomain, boot_id, parse
from qnet_gui.model.errors import BadInput, HypervisorError
from qnet_gui.model.messages.xen import XenCode

UUID = "00000000-0000-4000-8000-000000000004"
JOURNAL = Journal(
    "root", 1, IPv4Address("10.137.0.9"), "02:00:0a:89:00:09", (IPv4Address("10.139.1.1"), IPv4Address("10.139.1.2")),
    (80, 443), 1_700_000_000, "boot", ("address", "up"), (PausedDomain(4, UUID, "work"),), immutable=True,
)  # fmt: skip


@pytest.fixture
def plain(tmp_path):
    file = JournalFile(tmp_path / "journal.json")
    file.save(JOURNAL)
    assert file.load() == JOURNAL
    return json.loads(file.path.read_bytes())


def test_addresses_are_texts_in_the_file(plain):
    assert (plain["address"], plain["servers"]) == ("10.137.0.9", ["10.139.1.1", "10.139.1.2"])
    assert plain["paused"] == [{"id": 4, "uuid": UUID, "name": "work"}]


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("address", ""), ("address", "0.0.0.0"), ("address", "10.137.0"), ("address", 7), ("servers", "10.139.1.1"),
        ("servers", ["127.0.0.1"]), ("mac", ""), ("mac", "01:00:00:00:00:00"), ("ports", [0]), ("ports", ["80"]),
        ("netvm", -1), ("netvm", True), ("until", -1), ("until", 10**10), ("begun", "up"), ("immutable", 1),
        ("paused", [{"id": 4, "uuid": "x", "name": "work"}]), ("paused", [{"id": 99999, "uuid": UUID, "name": "work"}]),
        ("more", 1),
    ],
)  # fmt: skip
def test_what_is_off_is_not_believed(plain, key, wrong):
    with pytest.raises(BadInput):
        parse(json.dumps({**plain, key: wrong}).encode())


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"7", b"\xff", b"{"])
def test_what_is_no_journal(content, tmp_path, log_guard):
    log_guard.expect("cannot be read, so everything is put back")
    with pytest.raises(BadInput):
        parse(content)
    (tmp_path / "journal.json").write_bytes(content)
    assert JournalFile(tmp_path / "journal.json").load() == UNKNOWN


@pytest.mark.parametrize("same_boot", [False, True])
def test_a_start_without_xen_has_its_own_name_servers_again(tmp_path, monkeypatch, log_guard, same_boot):
    """Where an upgrade was cut off and Xen does not start any more, no name resolved: the helper could not start."""

    def nothing_here():
        raise HypervisorError(XenCode.NO_HYPERVISOR_HERE)

    log_guard.expect("no hypervisor")
    path, file = tmp_path / "resolv.conf", JournalFile(tmp_path / "journal.json")
    path.write_text("nameserver 192.0.2.1\n")
    resolv_conf.install(JOURNAL.servers, False, path)
    file.save(replace(JOURNAL, immutable=False, boot=boot_id() if same_boot else "another"))
    monkeypatch.setattr(main, "choose", nothing_here)
    monkeypatch.setattr(main, "restore", lambda immutable: resolv_conf.restore(immutable, path))
    for _ in range(2):  # systemd tries it again
        assert main.main(["--config", str(tmp_path / "no.toml"), "--journal", str(file.path)]) == 1
    assert (path.read_text() == "nameserver 192.0.2.1\n") == (not same_boot)
    assert file.load() is not None, "the rest is put back where there are domains"
