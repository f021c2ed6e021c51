"""What is copied from a label is what was said."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from qnet_gui.tray.desktop import clipboard
from qnet_gui.tray.desktop.clipboard import keep_plain
from qnet_gui.tray.qt import QClipboard, QGuiApplication, Qt
from qnet_gui.tray.widgets import parts


class Clipboard:
    """Of somebody else, who may be asked what he has copied."""

    def __init__(self, text: str) -> None:
        self.asked = 0
        self._text = text

    def clipboard(self) -> Clipboard:
        return self

    def text(self, _mode: QClipboard.Mode) -> str:
        self.asked += 1
        return self._text

    def setText(self, text: str, _mode: QClipboard.Mode) -> None:  # noqa: N802 (Qt's)
        self._text = text


PATH = "/etc/a-long-folder/with-a-long-file.conf.dpkg-dist"


def test_a_path_that_is_selected_in_a_label_is_copied_as_it_is(qtbot: QtBot) -> None:
    keep_plain()
    label = parts.label(PATH, wrapped=True)
    qtbot.addWidget(label)
    label.show()
    assert label.text() != PATH, "it is broken where it wraps"
    label.setFocus()
    label.setSelection(0, len(label.text()))
    qtbot.keyClick(label, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == PATH)


@pytest.mark.parametrize("selected", [False, True])
def test_nobody_is_asked_for_what_he_has_copied(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, selected: bool) -> None:
    """It may be a password, or very much, and who does not answer has all wait; of ours it is known what it is."""
    others = Clipboard("a pass\u200bword")
    monkeypatch.setattr(clipboard, "QGuiApplication", others)
    label = parts.label("all is well", wrapped=True)
    qtbot.addWidget(label)
    label.show()
    if selected:
        label.setSelection(0, 3)
    for mode in (QClipboard.Clipboard, QClipboard.Selection):
        clipboard._changed(mode)
    assert others.asked == 0
    label = parts.label(PATH, wrapped=True)
    qtbot.addWidget(label)
    label.setSelection(0, len(label.text()))
    clipboard._changed(QClipboard.Clipboard)
    assert others._text == "a pass\u200bword"
