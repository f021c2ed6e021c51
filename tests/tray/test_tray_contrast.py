"""What has a colour is to be seen in every theme, those of high contrast too; and follows one that changes."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot
from test_tray_popup import KNOWN, WELL, Opened, opened
from test_tray_windows import Open, shown
from tray_shared import CABLE, up

from qnet_gui.model.domain import Label
from qnet_gui.model.package_upgrade.packages import Stage, Upgrade
from qnet_gui.netmap.drawing import Ink, Shape, Words, domain_sign, node_marks
from qnet_gui.netmap.graph import Kind, Look, Node
from qnet_gui.netmap.places import Place
from qnet_gui.netmap.plan import PlacedNode
from qnet_gui.netmap.svg import METRICS
from qnet_gui.tray.pages.line import Line, Mark
from qnet_gui.tray.pages.packages import packages
from qnet_gui.tray.paint import colours
from qnet_gui.tray.popup.parts import FaintLabel
from qnet_gui.tray.qt import (
    QApplication,
    QColor,
    QFont,
    QIcon,
    QImage,
    QLabel,
    QPainter,
    QPalette,
    QPixmap,
    QSize,
    QToolButton,
    QWidget,
)
from qnet_gui.tray.widgets.map_painter import Letters, inks, sign_icon
from qnet_gui.tray.widgets.parts import Lines, Notice, button, heading, title

__all__ = ["opened", "shown"]
#: Window, base, text, button, highlight, and the text on it.
THEMES = {
    "Breeze": ("#eff0f1", "#fcfcfc", "#232629", "#fcfcfc", "#3daee9", "#fcfcfc"),
    "Breeze Dark": ("#2a2e32", "#1b1e20", "#fcfcfc", "#31363b", "#3daee9", "#fcfcfc"),
    "black and yellow": ("#000000", "#000000", "#ffffff", "#000000", "#ffff00", "#000000"),
    "yellow and cyan": ("#000000", "#000000", "#ffff00", "#000000", "#00ffff", "#000000"),
    "white": ("#ffffff", "#ffffff", "#000000", "#ffffff", "#000000", "#ffffff"),
    "pale": ("#f6f6f6", "#ffffff", "#202020", "#eeeeee", "#e2ecf5", "#202020"),
}


def palette(name: str) -> QPalette:
    window, base, text, ground, highlight, on_highlight = map(QColor, THEMES[name])
    made = QPalette(ground, window)
    for role, colour in (
        (QPalette.Window, window), (QPalette.Base, base), (QPalette.Button, ground), (QPalette.Highlight, highlight),
        (QPalette.WindowText, text), (QPalette.Text, text), (QPalette.ButtonText, text),
        (QPalette.HighlightedText, on_highlight),
    ):  # fmt: skip
        made.setColor(role, colour)
    return made


@pytest.fixture(params=THEMES)
def theme(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[QPalette]:
    before = QApplication.palette()
    made = palette(request.param)
    QApplication.setPalette(made)
    yield made
    QApplication.setPalette(before)


def seen(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def strongest(image: QImage, on: QColor) -> float:
    """The contrast of what stands out most in a picture."""
    spots = itertools.product(range(image.width()), range(image.height()))
    return max(colours.contrast(image.pixelColor(x, y), on) for x, y in spots)


@pytest.mark.parametrize("label", [one for one in Label if one is not Label.NONE])
@pytest.mark.parametrize("share", [1.0, 0.55])
def test_whose_screen_it_is_can_be_read_on_every_label(theme: QPalette, label: Label, share: float) -> None:
    """The head of the netvm's screen has its label's colour, and a paler one while keys go elsewhere."""
    full = colours.label_colour(label)
    assert full is not None
    ground = full if share == 1.0 else colours.tinted(theme, full, share)
    assert colours.contrast(colours.legible_on(ground), ground) >= colours.TEXT


def test_contrast_is_as_the_web_has_it() -> None:
    assert colours.contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert colours.contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)
    assert colours.contrast(QColor("#3daee9"), QColor("#3daee9")) == 1


@pytest.mark.parametrize("look", Look)
def test_every_word_on_the_map_can_be_read(theme: QPalette, look: Look) -> None:
    by_ink = inks(theme)
    for kind, hot in itertools.product(Kind, (False, True)):
        node = Node("key", kind, "title", "line", look, "title, line")
        marks = list(node_marks(PlacedNode(node, Place(0, 0, 90, 40), "title", "line"), METRICS, hot))
        frame = next(mark for mark in marks if isinstance(mark, Shape))
        for words in (mark for mark in marks if isinstance(mark, Words)):
            assert frame.fill is not None
            assert colours.contrast(by_ink[words.ink], by_ink[frame.fill]) >= 4.5, (kind, hot, words)


def test_what_flows_stands_out(theme: QPalette) -> None:
    window = theme.color(QPalette.Window)
    assert colours.contrast(inks(theme)[Ink.HIGHLIGHT], window) >= 1.9
    assert colours.contrast(colours.accent(theme), window) >= 1.9
    assert colours.contrast(colours.on_window(QColor(colours.POSITIVE), theme), window) >= 1.9


@pytest.mark.parametrize("label", [label for label in Label if label is not Label.NONE])
def test_a_label_has_an_edge_where_its_colour_is_the_grounds(
    theme: QPalette, opened: Callable[..., Opened], label: Label
) -> None:
    node = Node("key", Kind.DOMAIN, "title", "line", Look.GOOD, "title, line", label=label)
    stripe = list(node_marks(PlacedNode(node, Place(0, 0, 90, 40), "title", "line"), METRICS))[1]
    assert isinstance(stripe, Shape)
    by_ink, base = inks(theme), theme.color(QPalette.Base)
    parts = [by_ink[part] for part in (stripe.fill, stripe.stroke) if part is not None]
    assert max(colours.contrast(part, base) for part in parts) >= 1.5
    named = dataclasses.replace(KNOWN[0], label=label)
    now = opened(dataclasses.replace(WELL, domains=(named, *KNOWN[1:])))
    image = seen(now.row(named.name)).copy(1, 0, 7, now.row(named.name).height())
    assert strongest(image, theme.color(QPalette.Window)) >= 1.5


@pytest.mark.parametrize("mark", [Mark.FAILED, Mark.WARNING, Mark.DONE])
@pytest.mark.parametrize("inside", [False, True])
def test_the_mark_of_a_line_can_be_told(qtbot: QtBot, theme: QPalette, mark: Mark, inside: bool) -> None:
    notice = Notice(danger=mark is Mark.FAILED) if inside else None
    lines = notice.lines if notice else Lines()
    qtbot.addWidget(notice or lines)
    lines.show_lines([Line(mark, "text")])
    sign = next(label for label in lines.findChildren(QLabel) if label.text() == mark.value)
    ground = theme.color(QPalette.Window)
    if inside:
        tint = QColor(colours.NEGATIVE if mark is Mark.FAILED else colours.NEUTRAL)
        ground = colours.tinted(theme, tint, 0.15)
    assert colours.contrast(sign.palette().color(QPalette.WindowText), ground) >= 3


def test_what_packagekit_says_can_be_read_and_heard(qtbot: QtBot, theme: QPalette) -> None:
    """It was as pale as a step that is to come, and called one."""
    lines = Lines()
    qtbot.addWidget(lines)
    lines.show_lines(packages(Upgrade(Stage.DONE, held=("linux",), messages=("read NEWS",)), (), True).lines)
    for words in ("Held back: linux", "read NEWS"):
        (label,) = (one for one in lines.findChildren(QLabel) if one.text() == words)
        group = QPalette.Active if label.isEnabled() else QPalette.Disabled
        shown_colour = label.palette().color(group, QPalette.WindowText)
        assert colours.contrast(shown_colour, theme.color(QPalette.Window)) >= colours.TEXT
        assert label.accessibleName() == f"{words} (note)"


def test_a_dangerous_button_can_be_read_and_follows_the_theme(qtbot: QtBot, theme: QPalette) -> None:
    made = button("Disconnect now", lambda: None, danger=True)
    qtbot.addWidget(made)
    for name in (*THEMES, *reversed(THEMES)):
        QApplication.setPalette(palette(name))
        text, ground = (made.palette().color(role) for role in (QPalette.ButtonText, QPalette.Button))
        assert ground == palette(name).color(QPalette.Button)
        assert colours.contrast(text, ground) >= 4.5
        assert text.red() >= text.green(), "no longer red"


@pytest.mark.parametrize("look", [Look.GOOD, Look.PAUSED, Look.WAITING, Look.APART])
def test_a_sign_in_a_selected_row_stands_out(theme: QPalette, look: Look) -> None:
    pixmap = QPixmap(16, 16)
    pixmap.fill(theme.color(QPalette.Highlight))
    painter = QPainter(pixmap)
    painter.drawPixmap(0, 0, sign_icon(domain_sign(look), theme).pixmap(QSize(16, 16), QIcon.Mode.Selected))
    painter.end()
    highlight, text = theme.color(QPalette.Highlight), theme.color(QPalette.HighlightedText)
    least = min(3.0, 0.85 * colours.contrast(text, highlight))
    assert strongest(pixmap.toImage(), highlight) >= least


def test_a_pinned_popup_follows_the_theme(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    before = QApplication.palette()
    try:
        QApplication.setPalette(palette("Breeze"))
        now = opened(WELL)
        made = [one for one in now.popup.findChildren(QToolButton) if not one.icon().isNull() and one.isVisible()]
        assert made
        QApplication.setPalette(palette("Breeze Dark"))
        qtbot.wait(0)
        ground = palette("Breeze Dark").color(QPalette.Window)
        for one in made:
            picture = one.icon().pixmap(16, 16).toImage()
            ink = max((picture.pixelColor(x, y) for x in range(16) for y in range(16)), key=QColor.alpha)
            assert colours.contrast(ink, ground) >= 4.5, one.accessibleName()
        faint = [one for one in now.popup.findChildren(FaintLabel) if one.text()]
        assert faint
        for label in faint:
            assert colours.contrast(label.palette().color(QPalette.WindowText), ground) >= 4.5, label.text()
    finally:
        QApplication.setPalette(before)


def test_the_legend_follows_the_theme(qtbot: QtBot, shown: Callable[..., Open]) -> None:
    before = QApplication.palette()
    try:
        QApplication.setPalette(palette("Breeze"))
        page = shown(up(CABLE))("help")
        QApplication.setPalette(palette("Breeze Dark"))
        qtbot.wait(0)
        ground = palette("Breeze Dark").color(QPalette.Window)
        pictures = [one.pixmap() for one in page.findChildren(QLabel) if one.pixmap() is not None]
        assert pictures
        for picture in pictures:
            image = picture.toImage()
            spots = itertools.product(range(image.width()), range(image.height()))
            solid = [colour for colour in (image.pixelColor(x, y) for x, y in spots) if colour.alpha() > 200]
            assert max(colours.contrast(colour, ground) for colour in solid) >= 3
    finally:
        QApplication.setPalette(before)


def test_a_font_that_is_measured_in_pixels_is_scaled_too(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    """As some themes outside Plasma have it; Qt would complain of each, which fails this."""
    before, font = QApplication.font(), QFont()
    font.setPixelSize(20)
    try:
        QApplication.setFont(font)
        opened(WELL)
        assert colours.small(font).pixelSize() == 18
        assert colours.strong(font, 1.5).pixelSize() == 30
        letters = [Letters(colours.scaled(font, times)).metrics.line for times in (1.0, 0.8)]
        assert letters[0] > letters[1]
        sentence, page_title = heading(), title("title")
        for label, pixels in ((sentence, 24), (page_title, 28)):
            qtbot.addWidget(label)
            assert label.font().pixelSize() == pixels
    finally:
        QApplication.setFont(before)
