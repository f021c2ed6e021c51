"""What a netvm tells of others' doings is believed only where it fits, and becomes a sentence."""

from __future__ import annotations

import pytest

from qnet_gui.model.repair import REPAIRS_MAX, Repair, RepairKind, repairs, sentence

FILTER = Repair(RepairKind.FILTER, 3, "nft")


def test_what_fits() -> None:
    rows = [FILTER, Repair(RepairKind.VIFS, 1)]
    assert repairs([row.line for row in rows]) == rows
    assert [Repair.from_plain(row.as_dict()) for row in rows] == rows
    assert Repair(RepairKind.FILTER, 10**9, "nft").line == "filter 999999 nft"


@pytest.mark.parametrize(
    "line", ["", "filter", "filter 0 nft", "filter 3", "filter 3 <b>", "nonsense 3 nft", "filter 1234567 nft",
             "filter 3 nft nft", "filter 3 a-name-that-is-too-long", "filter 3 nft\n", "filter -3 nft"],
)  # fmt: skip
def test_what_does_not_is_dropped(line: str) -> None:
    assert repairs([line, FILTER.line]) == [FILTER]


def test_more_than_there_can_be_is_not_read() -> None:
    assert len(repairs(1000 * [FILTER.line])) == REPAIRS_MAX


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([FILTER], "The packet filter of netvm was changed 3 times, by nft (3); all is as it should be again."),
        (
            [Repair(RepairKind.SETTINGS, 1)],
            "Kernel settings of netvm were changed once, by a program that the kernel does not name; "
            "all is as it should be again.",
        ),
        (
            [Repair(RepairKind.ROUTES, 1, "ip"), Repair(RepairKind.ROUTES, 1)],
            "Routes or routing rules of netvm were changed twice, by ip (1), others (1); all is as it should be again.",
        ),
    ],
)
def test_sentences(rows: list[Repair], expected: str) -> None:
    assert sentence(rows, "netvm") == expected
