"""Where the popup goes, for four edges, with the icon's place known, guessed and not known, on two screens. Pure."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.tray.state.placement import Edge, Point, Rect, Screen, anchor, fitting, place

WIDTH, HEIGHT, PANEL = 400, 500, 44
LEFT, RIGHT = Rect(0, 0, 1280, 800), Rect(1280, 0, 1920, 1080)


def with_panel(whole: Rect, edge: Edge | None, deep: int = PANEL) -> Screen:
    work = {
        None: whole,
        Edge.BOTTOM: Rect(whole.x, whole.y, whole.width, whole.height - deep),
        Edge.TOP: Rect(whole.x, whole.y + deep, whole.width, whole.height - deep),
        Edge.LEFT: Rect(whole.x + deep, whole.y, whole.width - deep, whole.height),
        Edge.RIGHT: Rect(whole.x, whole.y, whole.width - deep, whole.height),
    }[edge]
    return Screen(whole, work)


def icon_at(whole: Rect, edge: Edge) -> Rect:
    """The icon in a panel, not at its end."""
    middle = whole.middle
    return {
        Edge.BOTTOM: Rect(middle.x + 100, whole.bottom - 33, 22, 22),
        Edge.TOP: Rect(middle.x + 100, whole.y + 11, 22, 22),
        Edge.LEFT: Rect(whole.x + 11, middle.y + 100, 22, 22),
        Edge.RIGHT: Rect(whole.right - 33, middle.y + 100, 22, 22),
    }[edge]


def popup(screens: list[Screen], icon: Rect | None, pointer: Point | None, mirrored: bool = False) -> Rect:
    to = anchor(screens, icon, pointer)
    width, height = fitting(WIDTH, HEIGHT, to.screen)
    return Rect(*place(width, height, to, mirrored), width, height)


def flush(rect: Rect, screen: Screen, edge: Edge) -> bool:
    work = screen.work
    return {
        Edge.BOTTOM: rect.bottom == work.bottom, Edge.TOP: rect.y == work.y,
        Edge.LEFT: rect.x == work.x, Edge.RIGHT: rect.right == work.right,
    }[edge]  # fmt: skip


def inside(rect: Rect, outer: Rect) -> bool:
    return outer.x <= rect.x and outer.y <= rect.y and rect.right <= outer.right and rect.bottom <= outer.bottom


def centred(rect: Rect, icon: Rect, edge: Edge) -> bool:
    along = (rect.middle.x, icon.middle.x) if edge in (Edge.BOTTOM, Edge.TOP) else (rect.middle.y, icon.middle.y)
    return along[0] == along[1]


WAYS = list(itertools.product(Edge, ("geometry", "pointer", "neither"), (0, 1)))


@pytest.mark.parametrize(("edge", "known", "number"), WAYS, ids=lambda value: getattr(value, "value", str(value)))
def test_it_stands_at_its_panel(edge: Edge, known: str, number: int) -> None:
    """The panel on either of two screens; its icon's place known, guessed by the click, or not known."""
    wholes = (LEFT, RIGHT)
    screens = [with_panel(whole, edge if index == number else None) for index, whole in enumerate(wholes)]
    icon = icon_at(wholes[number], edge)
    elsewhere = Point(640, 300)  # in the other window that somebody works in
    rect = popup(
        screens,
        icon if known == "geometry" else Rect(0, 0, 0, 0),
        icon.middle if known == "pointer" else elsewhere,
    )
    assert flush(rect, screens[number], edge)
    assert inside(rect, screens[number].work)
    if known != "neither":
        assert centred(rect, icon, edge)
    elif edge in (Edge.BOTTOM, Edge.TOP):
        assert rect.right == screens[number].work.right
    else:
        assert rect.bottom == screens[number].work.bottom


def test_without_any_panel_it_is_in_the_corner_where_trays_are() -> None:
    rect = popup([with_panel(LEFT, None)], None, Point(640, 300))
    assert (rect.right, rect.bottom) == (1280, 800)
    assert popup([with_panel(LEFT, None)], None, None, mirrored=True).x == 0


@pytest.mark.parametrize("edge", Edge)
def test_a_panel_that_hides_itself_stays_to_be_seen(edge: Edge) -> None:
    icon = icon_at(LEFT, edge)
    rect = popup([with_panel(LEFT, None)], None, icon.middle)
    assert centred(rect, icon, edge)
    panel = {
        Edge.BOTTOM: rect.bottom == LEFT.bottom - PANEL, Edge.TOP: rect.y == PANEL,
        Edge.LEFT: rect.x == PANEL, Edge.RIGHT: rect.right == LEFT.right - PANEL,
    }  # fmt: skip
    assert panel[edge]


def test_a_click_near_an_edge_without_its_panel_is_none_on_it() -> None:
    """There is a panel, and it is at another edge: the pointer is somewhere else for another reason."""
    rect = popup([with_panel(LEFT, Edge.TOP)], None, Point(300, 790))
    assert (rect.right, rect.y) == (1280, PANEL)


def test_of_two_panels_it_is_the_one_with_the_icon() -> None:
    screen = Screen(LEFT, Rect(0, 30, 1280, 726))
    assert popup([screen], Rect(100, 4, 22, 22), None).y == 30
    assert popup([screen], None, Point(100, 790)).bottom == 756


def test_at_the_end_of_a_panel_it_stays_on_the_screen() -> None:
    rect = popup([with_panel(LEFT, Edge.BOTTOM)], Rect(1257, 770, 22, 22), None)
    assert rect.right == 1280


@pytest.mark.parametrize("work", [Rect(0, 0, 1024, 560), Rect(0, 44, 683, 340), Rect(0, 0, 300, 200)])
def test_it_is_no_larger_than_what_there_is(work: Rect) -> None:
    screen = Screen(Rect(0, 0, work.right, work.bottom + 40), work)
    assert inside(popup([screen], None, None), work)


sides = st.integers(200, 4000)
rects = st.builds(Rect, st.integers(-4000, 4000), st.integers(-4000, 4000), sides, sides)


@given(rects, st.sampled_from([*Edge, None]), st.integers(1, 150), rects, st.integers(-5000, 5000), st.booleans())
def test_it_is_always_on_the_work_area(
    whole: Rect, edge: Edge | None, deep: int, icon: Rect, x: int, mirrored: bool
) -> None:
    screen = with_panel(whole, edge, deep)
    assert inside(popup([screen], icon, Point(x, x), mirrored), screen.work)
