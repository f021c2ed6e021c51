"""What is copied from a label is what was said."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from qnet_gui.tray.desktop.clipboard import keep_plain
from qnet_gui.tray.qt import QGuiApplication, Qt
from qnet_gui.tray.widgets import parts

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
