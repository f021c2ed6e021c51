"""Gives the controls of a page their keys with Alt, without clashes."""

from __future__ import annotations

from qnet_gui.tray.qt import QAbstractButton, QCheckBox, QLabel, QObject, QPushButton, QWidget
from qnet_gui.tray.state.access_keys import with_keys, without_keys


def _has_key(widget: QObject) -> bool:
    if isinstance(widget, QLabel):
        return widget.buddy() is not None
    return isinstance(widget, (QPushButton, QCheckBox))


def give_access_keys(page: QWidget) -> None:
    """In the order in which they were made; hidden ones keep theirs, so that none changes when one comes."""
    controls = [widget for widget in page.findChildren(QWidget) if _has_key(widget)]
    texts = [without_keys(_text(control)) for control in controls]
    for control, text in zip(controls, with_keys(texts), strict=True):
        if isinstance(control, (QAbstractButton, QLabel)) and control.text() != text:
            control.setText(text)


def _text(control: QObject) -> str:
    return control.text() if isinstance(control, (QAbstractButton, QLabel)) else ""
