"""The packages on the Upgrade page: how far they are, one by one and together, and what can be done with them."""

from __future__ import annotations

from qnet_gui.model.translation import tr
from qnet_gui.tray.pages.line import Line, Mark
from qnet_gui.tray.pages.packages import PackagesPart, heads
from qnet_gui.tray.qt import QFont, QLabel, QProgressBar, QVBoxLayout, QWidget
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.widgets.check_box import CheckBox
from qnet_gui.tray.widgets.flow import Flow
from qnet_gui.tray.widgets.parts import Lines, button, label, name_button, say, spacer
from qnet_gui.tray.widgets.tables.table import Table

#: So many packages are seen on a small screen, where the way back is to be seen as well.
_ROWS = 4


class Stages(QWidget):
    """The four stages of an upgrade in a row; the one that it is at is bold."""

    def __init__(self) -> None:
        super().__init__()
        self._row = Flow()
        self.setLayout(self._row)
        self._labels: list[QLabel] = []
        self._shown: tuple[Line, ...] = ()

    def show_stages(self, stages: tuple[Line, ...]) -> None:
        """Show them."""
        if stages == self._shown:
            return
        while len(self._labels) < len(stages):
            self._labels.append(label())
            self._row.add(self._labels[-1])
        for made, stage in zip(self._labels, stages, strict=True):
            say(made, f"{stage.mark.value} {stage.text}")
            made.setAccessibleName(f"{stage.text} ({stage.mark.word})")
            font = QFont(made.font())
            font.setBold(stage.mark in (Mark.BEGUN, Mark.FAILED))
            made.setFont(font)
            made.setEnabled(stage.mark is not Mark.TO_DO)
        self._shown = stages


class PackagesWidget(QWidget):
    """The bar is for all of them, the table's last column for each one."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__()
        packages = app_state.packages
        self._app_state = app_state
        self._part: PackagesPart | None = None
        self._head, self._lines = label(wrapped=True), Lines()
        self._bar = QProgressBar()
        self._bar.setFormat(tr("{percent} %", percent="%p"))
        self._bar.setAccessibleName(tr("Progress of the upgrade"))
        self._table = Table(tr("Packages"), heads(), numbers=(3,), fixed=(1, 2), rows=_ROWS)
        self._table.put_bars(3)
        self._disconnects = CheckBox(tr("Disconnect dom0 when the packages are upgraded"))
        self._disconnects.setChecked(app_state.disconnect_when_done)
        self._disconnects.toggled.connect(self._choose)
        self._look = button(tr("Look for updates"), packages.look_for_updates)
        self._start = button("", packages.start)
        self._stop = button(tr("Stop"), packages.stop)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        row = Flow()
        row.add(self._disconnects, spacer(), self._stop, self._look, self._start)
        for widget in (self._head, self._bar, self._lines):
            column.addWidget(widget)
        column.addWidget(self._table)
        column.addLayout(row)

    def _choose(self, disconnects: bool) -> None:
        self._app_state.disconnect_when_done = disconnects

    def show_part(self, part: PackagesPart) -> None:
        """Show it; only what differs is touched."""
        if part == self._part:
            return
        self._part = part
        say(self._head, part.head)
        self._head.setVisible(bool(part.head))
        self._lines.show_lines(part.lines)
        self._show_bar(part.bar)
        self._table.show_rows(part.rows)
        self._table.setVisible(bool(part.rows))
        # to Qt a hidden one that stretches makes all of this stretch
        self._column.setStretchFactor(self._table, 1 if part.rows else 0)
        self._leave_what_goes(part)
        for made, text in ((self._look, part.look), (self._start, part.start)):
            if text:
                name_button(made, text)
            made.setVisible(bool(text))
        self._stop.setVisible(part.stop)
        self._stop.setEnabled(part.can_stop)
        self._stop.setToolTip(part.why)
        self._disconnects.setVisible(part.disconnects)

    def _show_bar(self, value: int | None) -> None:
        self._bar.setVisible(value is not None)
        if value is not None:
            self._bar.setRange(0, 0 if value < 0 else 100)
            self._bar.setValue(max(0, value))

    def _leave_what_goes(self, part: PackagesPart) -> None:
        """A button that goes would leave the keyboard to whatever is next to it."""
        going = [(self._look, part.look), (self._start, part.start), (self._stop, part.can_stop)]
        if any(made.hasFocus() and not stays for made, stays in going):
            self._disconnects.setFocus() if part.disconnects else self._head.setFocus()

    def text(self) -> str:
        """The packages as text, for the clipboard."""
        return self._table.text() if self._part and self._part.rows else ""
