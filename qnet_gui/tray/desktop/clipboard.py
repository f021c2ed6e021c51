"""What leaves by the clipboard is as it was said: a label that wraps breaks long words by signs that nobody sees."""

from __future__ import annotations

from qnet_gui.tray.qt import QApplication, QClipboard, QGuiApplication, QLabel
from qnet_gui.tray.state import plain_text


def keep_plain() -> None:
    """From now on; a path that somebody has selected in a label names the file in a terminal as well."""
    QGuiApplication.clipboard().changed.connect(_changed)


def _changed(mode: QClipboard.Mode) -> None:
    clipboard = QGuiApplication.clipboard()
    text = clipboard.text(mode)
    if (plain := plain_text.unbroken(text)) != text and _is_ours(text):
        clipboard.setText(plain, mode)


def _is_ours(text: str) -> bool:
    """Whether a label of ours has it selected: what other programs copy is theirs."""
    return any(isinstance(widget, QLabel) and widget.selectedText() == text for widget in QApplication.allWidgets())
