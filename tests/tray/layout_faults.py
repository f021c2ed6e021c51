"""What is wrong with how a window is laid out, whatever its font: texts that are cut, and widgets that lie over each
other or reach beyond what they are in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qnet_gui.tray.qt import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QSpinBox,
    Qt,
    QTimeEdit,
    QWidget,
)
from qnet_gui.tray.state.access_keys import without_keys

#: What draws what is in it by itself, by rules of its own.
_WHOLE = (QAbstractItemView, QComboBox, QLineEdit, QSpinBox, QTimeEdit, QProgressBar)
#: Pixels by which rounding may move an edge.
_ROUNDED = 1


def faults(window: QWidget) -> list[str]:
    """Sentences; none when all is well."""
    return [*_within(window, window)]


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, (QLabel, QAbstractButton)) else ""
    return f"{type(widget).__name__} {(text or widget.accessibleName())[:40]!r}"


def _parts(widget: QWidget) -> list[QWidget]:
    """What is seen in it."""
    parts = [child for child in widget.children() if isinstance(child, QWidget)]
    return [part for part in parts if part.isVisible() and not part.isWindow()]


def _within(widget: QWidget, window: QWidget) -> Iterator[str]:
    yield from _cut(widget)
    if isinstance(widget, _WHOLE):
        return
    parts = _parts(widget)
    if _scrolls(widget):
        yield from (f"{_name(part)} is wider than {_name(widget)}" for part in parts if _hides(widget, part))
    else:
        room = widget.rect().adjusted(-_ROUNDED, -_ROUNDED, _ROUNDED, _ROUNDED)
        yield from (
            f"{_name(part)} reaches beyond {_name(widget)}" for part in parts if not room.contains(part.geometry())
        )
    if not isinstance(widget, QScrollArea):
        for index, part in enumerate(parts):
            for other in parts[index + 1 :]:
                both = part.geometry().intersected(other.geometry())
                if both.width() > _ROUNDED and both.height() > _ROUNDED:
                    yield f"{_name(part)} lies over {_name(other)}"
    for part in parts:
        yield from _within(part, window)


def _scrolls(widget: QWidget) -> bool:
    """A viewport: what is in it may be larger, since it scrolls there."""
    above = widget.parentWidget()
    return isinstance(above, QScrollArea) and above.viewport() is widget


def _hides(viewport: QWidget, part: QWidget) -> bool:
    """Whether nobody can scroll to the end of it."""
    never = viewport.parentWidget().horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    return never and part.width() > viewport.width() + _ROUNDED


def _cut(widget: QWidget) -> Iterator[str]:
    """Texts that have less room than they need."""
    if isinstance(widget, QLabel) and widget.text():
        metrics = widget.fontMetrics()
        if widget.wordWrap():
            longest = max(map(metrics.horizontalAdvance, re.split(r"[\s/\u200b-]", widget.text())))
            short = widget.height() + _ROUNDED < widget.heightForWidth(widget.width()) or widget.width() < longest
        else:
            lines = (without_keys(widget.text()) if widget.buddy() is not None else widget.text()).split("\n")
            wide = max(metrics.horizontalAdvance(line) for line in lines) + 2 * widget.margin()
            short = widget.width() + _ROUNDED < wide or widget.height() + _ROUNDED < metrics.height() * len(lines)
        if short:
            yield f"{_name(widget)} has {_size(widget)}"
    elif isinstance(widget, (QAbstractButton, QComboBox, QSpinBox, QTimeEdit)):
        need = widget.minimumSizeHint()
        if widget.width() + _ROUNDED < need.width() or widget.height() + _ROUNDED < need.height():
            yield f"{_name(widget)} has {_size(widget)}, and needs {need.width()}x{need.height()}"


def _size(widget: QWidget) -> str:
    return f"{widget.width()}x{widget.height()}"
