"""The Status window: shows a `Page`, follows it while it is open."""

from __future__ import annotations

from qnet_gui.tray.front import bring
from qnet_gui.tray.icons import application_icon
from qnet_gui.tray.page import DOMAIN_HEADS, NO_DOMAINS, Page
from qnet_gui.tray.qt import (
    QFontDatabase,
    QFormLayout,
    QHeaderView,
    QLabel,
    Qt,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)


def label(text: str = "", name: str = "") -> QLabel:
    """A label whose text is plain and can be selected; `name` is for those who cannot see it."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    flags = Qt.TextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setTextInteractionFlags(flags | Qt.TextInteractionFlag.TextSelectableByKeyboard)
    made.setAccessibleName(name)
    return made


class StatusWindow(QWidget):
    """One window, made when first asked for and kept."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Network status")
        self.setWindowIcon(application_icon())
        self._page: Page | None = None
        self._sentence = label(name="State")
        self._sentence.setWordWrap(True)
        font = self._sentence.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        self._sentence.setFont(font)
        self._facts = QFormLayout()
        self._problems = QVBoxLayout()
        self._empty = label(NO_DOMAINS, "Domains")
        self._table = self._make_table()
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(self._sentence)
        column.addLayout(self._problems)
        column.addLayout(self._facts)
        column.addWidget(self._table, 1)
        column.addWidget(self._empty)
        column.addStretch()

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, len(DOMAIN_HEADS))
        table.setAccessibleName("Domains")
        table.setHorizontalHeaderLabels(list(DOMAIN_HEADS))
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectRows)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeToContents)
        table.horizontalHeader().setMinimumSectionSize(table.fontMetrics().averageCharWidth() * 14)
        table.horizontalHeader().setStretchLastSection(True)
        left = Qt.Alignment(Qt.AlignmentFlag.AlignLeft)
        table.horizontalHeader().setDefaultAlignment(left | Qt.AlignmentFlag.AlignVCenter)
        return table

    def show_page(self, page: Page) -> None:
        """Show the content; nothing is touched that did not change."""
        old, self._page = self._page, page
        if page == old:
            return
        self._sentence.setText(page.sentence)
        if old is None or old.facts != page.facts:
            while self._facts.rowCount():
                self._facts.removeRow(0)
            for name, text in page.facts:
                head = QLabel(name)
                head.setAlignment(Qt.AlignmentFlag.AlignTop)
                self._facts.addRow(head, label(text, name.rstrip(":")))
        if old is None or old.problems != page.problems:
            self._fill_problems(page)
        if old is None or old.domains != page.domains:
            self._fill_table(page)
        self._table.setVisible(bool(page.domains))
        self._empty.setVisible(bool(page.facts) and not page.domains)

    def _fill_problems(self, page: Page) -> None:
        while taken := self._problems.takeAt(0):
            taken.widget().deleteLater()
        for sentence, cure in page.problems:
            entry = label(f"{sentence} {cure}".strip(), "Problem")
            entry.setWordWrap(True)
            self._problems.addWidget(entry)

    def _fill_table(self, page: Page) -> None:
        fixed = QFontDatabase.systemFont(QFontDatabase.FixedFont)
        self._table.setRowCount(len(page.domains))
        for row, cells in enumerate(page.domains):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if DOMAIN_HEADS[column] in ("Address", "Vif"):
                    item.setFont(fixed)
                self._table.setItem(row, column, item)

    def present(self) -> None:
        """Bring it to the front, at its own size the first time."""
        if not self.isVisible():
            self.resize(self.sizeHint().expandedTo(self.minimumSizeHint()))
        bring(self)
