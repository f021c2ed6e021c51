"""The Settings page: what to tell, whether to start with the session, and how dom0 is upgraded. Applied at once."""

from __future__ import annotations

from qnet_gui.model.snapshot import MINUTES_MAX
from qnet_gui.model.translation import tr
from qnet_gui.tray.desktop import autostart, terminal
from qnet_gui.tray.qt import QFormLayout, QGroupBox, QLineEdit, QVBoxLayout
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.notifications import Kind
from qnet_gui.tray.widgets.check_box import CheckBox
from qnet_gui.tray.widgets.fields import SpinBox
from qnet_gui.tray.widgets.parts import caption, label, say
from qnet_gui.tray.window.page import Page


class Settings(Page):
    """There is nothing to confirm: what is chosen counts."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(app_state, "settings", tr("Settings of qnet"))
        self._notify_boxes = {kind: CheckBox(kind.description) for kind in Kind}
        self._autostart_box = CheckBox(tr("Start with the session"))
        self._command, self._minutes = QLineEdit(), SpinBox()
        self._trouble = label(wrapped=True)
        self.column.addWidget(self._notification_box())
        self.column.addWidget(self._upgrade())
        self.column.addWidget(self._autostart_box)
        self.column.addWidget(self._trouble)
        self.column.addStretch()
        self._read()
        self._listen()

    def _notification_box(self) -> QGroupBox:
        box = QGroupBox(tr("Notify when"))
        column = QVBoxLayout(box)
        for choice in self._notify_boxes.values():
            column.addWidget(choice)
        return box

    def _upgrade(self) -> QGroupBox:
        box = QGroupBox(tr("Upgrade networking"))
        form = QFormLayout(box)
        self._command.setPlaceholderText(terminal.usual_command())
        self._command.setMinimumWidth(self._command.fontMetrics().averageCharWidth() * 20)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._minutes.setRange(0, MINUTES_MAX)
        self._minutes.setSpecialValueText(tr("as configured"))
        self._minutes.setSuffix(" " + tr("min"))
        for text, field in ((tr("Command that upgrades dom0:"), self._command), (tr("Connected for:"), self._minutes)):
            field.setAccessibleName(text.rstrip(":"))
            form.addRow(caption(text, field), field)
        return box

    def _read(self) -> None:
        for kind, choice in self._notify_boxes.items():
            choice.setChecked(self.app_state.settings.notifies(kind))
        self._autostart_box.setChecked(autostart.is_enabled())
        self._command.setText(self.app_state.settings.command)
        self._minutes.setValue(self.app_state.settings.minutes)
        self._complain("")

    def _listen(self) -> None:
        settings = self.app_state.settings
        for kind, choice in self._notify_boxes.items():
            choice.toggled.connect(lambda requested, kind=kind: settings.set_notifies(kind, requested))
            choice.clicked.connect(self._keep)
        self._autostart_box.clicked.connect(lambda requested: self._complain(autostart.set_enabled(requested)))
        self._command.textEdited.connect(self._take_command)
        self._command.editingFinished.connect(self._keep)
        self._minutes.valueChanged.connect(self._take_minutes)

    def _take_command(self, text: str) -> None:
        self.app_state.settings.command = text.strip()

    def _take_minutes(self, minutes: int) -> None:
        self.app_state.settings.minutes = minutes
        self._keep()

    def _keep(self) -> None:
        """Say at once what will be gone with this program."""
        path = self.app_state.settings.write()
        self._complain(tr("What is chosen here cannot be kept: {path} cannot be written.", path=path) if path else "")

    def _complain(self, problem: str) -> None:
        say(self._trouble, problem)
        self._trouble.setVisible(bool(problem))
        if problem:
            self._autostart_box.setChecked(autostart.is_enabled())

    def opened(self) -> None:
        """What is kept may have been changed by hand."""
        self.app_state.settings.read_again()
        self._read()

    def refresh(self) -> None:
        """Nothing here depends on the snapshot."""


make = Settings
