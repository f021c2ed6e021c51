"""What leaves by the clipboard is as it was said: a label that wraps breaks long words by signs that nobody sees."""

from __future__ import annotations

from qnet_gui.tray.qt import QApplication, QClipboard, QGuiApplication, QLabel
from qnet_gui.tray.state import plain_text


def keep_plain() -> None:
    """From now on; a path that somebody has selected in a label names the file in a terminal as well."""
    QGuiApplication.clipboard().changed.connect(_changed)


def _changed(mode: QClipboard.Mode) -> None:
    """What other programs copy is theirs, and not even looked at: they would have to be asked for it."""
    broken = _broken()
    if broken and (text := QGuiApplication.clipboard().text(mode)) in broken:
        QGuiApplication.clipboard().setText(plain_text.unbroken(text), mode)


def _broken() -> set[str]:
    """What is selected in labels of ours with signs in it that nobody sees."""
    labels = (widget for widget in QApplication.allWidgets() if isinstance(widget, QLabel) and widget.hasSelectedText())
    return {text for label in labels if plain_text.unbroken(text := label.selectedText()) != text}
