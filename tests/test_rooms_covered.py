"""The floors of coverage: which room a module is in, what is below its floor, and that floors are for rooms."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from rooms_covered import FLOORS, room_of, table

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("module", "room"),
    [
        ("qnet_gui/install.py", "(none)"),
        ("qnet_gui/kernel/nft.py", "kernel"),
        ("qnet_gui/dom0/upgrade/steps.py", "dom0"),
        ("qnet_gui/tray/main.py", "tray"),
        ("qnet_gui/tray/state/menu.py", "tray/state"),
    ],
)
def test_a_module_is_in_a_room(module: str, room: str) -> None:
    assert room_of(str(ROOT / module)) == room


def test_what_is_below_its_floor_is_named_and_so_is_a_floor_without_a_room() -> None:
    rooms = {"kernel": (100, 90), "model": (100, 98), "store": (100, 1)}
    lines, below = table(rooms, {"kernel": 91, "model": 98, "cellar": 50})
    assert len(lines) == 3
    assert [line.split()[0] for line in below] == ["kernel", "cellar"]


def test_every_floor_is_a_rooms() -> None:
    for room in tomllib.loads(FLOORS.read_text()):
        assert (ROOT / "qnet_gui" / room).is_dir()
