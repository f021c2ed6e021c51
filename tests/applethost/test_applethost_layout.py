"""What programs say of their icons and menus, read with care."""

from __future__ import annotations

import pytest

from qnet_gui.applethost.layout import Appearance, Picture, Row, appearance_of, label, picture, rows, text_of

RED = b"\xff\xff\x00\x00"


def test_rows_of_every_kind() -> None:
    layout = [0, {}, [
        [1, {"label": "_Wired"}, []],
        [2, {"type": "separator"}, []],
        [3, {"label": "More", "children-display": "submenu"}, [[4, {"label": "Off", "enabled": False}, []]]],
        [5, {"label": "On", "toggle-type": "checkmark", "toggle-state": 1}, []],
        [6, {"label": "not to be seen", "visible": False}, []],
    ]]  # fmt: skip
    assert rows(layout) == (
        Row(1, "&Wired"),
        Row(2, separator=True),
        Row(3, "More", below=(Row(4, "Off", enabled=False),)),
        Row(5, "On", check=True),
    )


@pytest.mark.parametrize("layout", [None, 7, "x", [], [0], [0, {}, 3], [0, {}, [3, [], [1, 2], ["a", {}, []]]]])
def test_what_is_no_menu_has_no_rows(layout: object) -> None:
    assert rows(layout) == ()


def test_a_menu_has_an_end() -> None:
    deep: list[object] = [0, {"label": "x"}, []]
    for _ in range(50):
        deep = [0, {"label": "x"}, [deep]]
    level, depth = rows(deep), 0
    while level:
        level, depth = level[0].below, depth + 1
    assert depth == 8
    assert len(rows([0, {}, [[1, {}, []]] * 1000])) == 500


@pytest.mark.parametrize(
    ("label_text", "shown"),
    [("_File", "&File"), ("a__b", "a_b"), ("R&D", "R&&D"), ("a__b_c", "a_b&c"), ("Caf\u00e9", "Caf\u00e9")],
)
def test_the_key_of_a_row(label_text: str, shown: str) -> None:
    assert label(label_text) == shown


def test_a_text_is_one_line_that_turns_nothing_around() -> None:
    assert text_of("a\nb\u202ec\x1b") == "a?b?c?"
    assert len(text_of("x" * 5000)) == 200


def test_the_picture_that_fits() -> None:
    small, large = (1, 1, RED), (2, 2, RED * 4)
    assert picture([large, small], 1) == Picture(1, 1, b"\xff\x00\x00\xff")
    assert picture([small, large], 2) == Picture(2, 2, b"\xff\x00\x00\xff" * 4)
    assert picture([small], 24) == Picture(1, 1, b"\xff\x00\x00\xff")


@pytest.mark.parametrize(
    "pixmaps", [None, [], [(1, 1, RED * 2)], [(0, 0, b"")], [(-1, 1, RED)], [(9999, 9999, RED)], [3]]
)
def test_what_is_no_picture(pixmaps: object) -> None:
    assert picture(pixmaps, 24) is None


def test_the_look_of_an_item() -> None:
    properties = {"Title": "Network", "IconName": "nm-device-wired", "Menu": "/Menu", "ItemIsMenu": True}
    assert appearance_of(properties, 24) == Appearance("Network", "nm-device-wired", None, "/Menu", True)
    assert appearance_of({**properties, "ToolTip": ("", [], "Wired connected", "")}, 24).title == "Wired connected"
    assert appearance_of({"IconName": "/etc/passwd", "Menu": "/NO_DBUSMENU", "ToolTip": 3}, 24) == Appearance()
