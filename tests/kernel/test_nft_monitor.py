"""Who changed our table, from the kernel's messages about one transaction."""

from __future__ import annotations

import struct

from qnet_gui.kernel.netlink_requests import attribute
from qnet_gui.kernel.nft_monitor import NftChange, NftChanges, program_name

_NFNL_SUBSYS_CTNETLINK, _NFNL_SUBSYS_NFTABLES = 1, 10
_NFT_MSG_NEWTABLE, _NFT_MSG_DELCHAIN, _NFT_MSG_NEWGEN = 0, 5, 15


_INET, _IP, _ARP = 1, 2, 3


def _message(kind: int, *attributes: bytes, subsystem: int = _NFNL_SUBSYS_NFTABLES, family: int = _INET) -> bytes:
    body = bytes([family, 0, 0, 0]) + b"".join(attributes)
    return struct.pack("=IHHII", 16 + len(body), subsystem << 8 | kind, 0, 0, 0) + body


def _generation(program: bytes) -> bytes:
    return _message(_NFT_MSG_NEWGEN, attribute(1, b"\0\0\0\7"), attribute(2, b"\0\0\0\1"), attribute(3, program))


def test_a_transaction_that_touched_the_table_is_one_change_by_its_program() -> None:
    changes = NftChanges(("inet", "arp"), "qnet")
    ours = _message(_NFT_MSG_DELCHAIN, attribute(1, b"qnet\0"))
    assert changes.parse(ours + ours + _generation(b"firewalld\0")) == [NftChange("firewalld")]


def test_a_transaction_in_two_datagrams_is_one() -> None:
    changes = NftChanges(("inet", "arp"), "qnet")
    assert changes.parse(_message(_NFT_MSG_NEWTABLE, attribute(1, b"qnet\0"))) == []
    assert changes.parse(_generation(b"nft\0")) == [NftChange("nft")]
    assert changes.parse(_generation(b"nft\0")) == []


def test_other_tables_and_other_subsystems_are_nobodys_business() -> None:
    changes = NftChanges(("inet", "arp"), "qnet")
    other = _message(_NFT_MSG_NEWTABLE, attribute(1, b"qnetx\0"))
    conntrack = _message(0, attribute(1, b"qnet\0"), subsystem=_NFNL_SUBSYS_CTNETLINK)
    assert changes.parse(other + conntrack + _generation(b"nft\0")) == []


def test_a_table_of_that_name_in_another_family_is_somebody_elses() -> None:
    changes = NftChanges(("inet", "arp"), "qnet")
    touched = {family: _message(_NFT_MSG_NEWTABLE, attribute(1, b"qnet\0"), family=family) for family in (_IP, _ARP)}
    assert changes.parse(touched[_IP] + _generation(b"nft\0")) == []
    assert changes.parse(touched[_ARP] + _generation(b"nft\0")) == [NftChange("nft")]


def test_a_name_is_shown_in_letters_only() -> None:
    assert program_name(b"a\x1b[2J\n\xff" + b"b" * 20) == "a__2J__bbbbbbbb"
    assert program_name(b"") == program_name(b"\0\n") == "?"
