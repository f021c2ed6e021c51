"""dom0's packet filter while it is connected: whether it is found, whatever else the kernel has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from qnet_gui.dom0.upgrade import filter_upkeep, packet_filter
from qnet_gui.dom0.upgrade.filter_upkeep import FilterInForce
from qnet_gui.dom0.upgrade.journal import UNKNOWN
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.plain import plain

_TABLE = f"table {{}} {packet_filter.TABLE} {{{{\n\tchain in {{{{\n\t\tct mark set 0x00000007\n\t}}}}\n}}}}\n"
_OTHERS = "table ip others {\n}\n"


class Nft:
    """The kernel's tables as nft lists them. `kept`: so much of the whole list; `unlisted`: nothing of it at all."""

    def __init__(self) -> None:
        self.there = {family: _TABLE.format(family) for family in packet_filter.FAMILIES}
        self.kept = 1 << 20
        self.unlisted = False
        self.made = 0

    def __call__(self, words: Sequence[str], stdin: str = "") -> bytes:
        if stdin:
            self.made += 1
            self.there = {family: _TABLE.format(family) for family in packet_filter.FAMILIES}
            return b""
        if words[-1] == "ruleset":
            if self.unlisted:
                raise KernelError(plain("nft does not know what another has made."))
            return (_OTHERS * 1000 + "".join(self.there.values())).encode()[: self.kept]
        if words[-2] not in self.there:
            raise KernelError(plain("No such file or directory"))
        return self.there[words[-2]].encode()


@pytest.fixture
def nft(monkeypatch: pytest.MonkeyPatch) -> Nft:
    nft = Nft()
    monkeypatch.setattr(filter_upkeep, "run", nft)
    return nft


@pytest.mark.parametrize(("kept", "unlisted"), [(1 << 20, False), (1000, False), (0, True)])
def test_rules_of_others_do_not_hide_it(nft: Nft, kept: int, unlisted: bool) -> None:
    """A list of a megabyte of theirs is cut off before ours, which then seemed to be gone however often it was made."""
    nft.kept, nft.unlisted = kept, unlisted
    in_force, journal = FilterInForce(), replace(UNKNOWN, ends=1)
    in_force.make(journal)
    assert not in_force.keep(journal)
    assert nft.made == 1
    del nft.there["arp"]
    assert in_force.keep(journal)
    assert (nft.made, in_force.keep(journal)) == (2, False)


def test_it_is_the_same_however_it_was_listed(nft: Nft) -> None:
    in_force, journal = FilterInForce(), replace(UNKNOWN, ends=1)
    in_force.make(journal)
    nft.kept = 1000
    assert not in_force.keep(journal)
