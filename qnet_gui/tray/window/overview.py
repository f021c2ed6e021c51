"""The Overview: how it is, what is wrong, the map of who goes through whom, and all the rest that the helper knows."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from qnet_gui.model.translation import tr
from qnet_gui.netmap.graph import Graph, Kind, Node, graph
from qnet_gui.netmap.svg import svg
from qnet_gui.runtime.atomic_file import save
from qnet_gui.tray.pages import netvm
from qnet_gui.tray.pages.domains import choices
from qnet_gui.tray.pages.line import Line, Mark
from qnet_gui.tray.pages.overview import Page as OverviewPage
from qnet_gui.tray.pages.overview import as_text, page
from qnet_gui.tray.paint.picture import png
from qnet_gui.tray.qt import QFileDialog, QMessageBox, QPoint, QPushButton, Qt, QWidget
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.state.cures import Button, buttons
from qnet_gui.tray.state.menu import ActionRequest, blind
from qnet_gui.tray.widgets.flow import Flow
from qnet_gui.tray.widgets.map_view import MapArea, MapView
from qnet_gui.tray.widgets.parts import Facts, Notice, button, copy, heading, say
from qnet_gui.tray.window.page import Page
from qnet_gui.tray.window.questions import box, replace_file

#: Which page tells more of a node that is no domain.
_MORE = {Kind.DOM0: "upgrade", Kind.NETVM: "routes", Kind.VPN: "routes", Kind.UPLINK: "routes", Kind.WORLD: "names"}


def _suffix(chosen: str) -> str:
    """Of the kind of picture that was chosen."""
    return "png" if "*.png" in chosen else "svg"


class _Cures(QWidget):
    """What can be done about what is wrong; a button stays while it is the same one, with the keyboard on it."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__()
        self._app_state = app_state
        self._shown: tuple[Button, ...] = ()
        self._made: dict[tuple[ActionRequest, str], QPushButton] = {}
        self._row = Flow()
        self.setLayout(self._row)

    def show_buttons(self, cures: tuple[Button, ...]) -> None:
        """These and no others."""
        if cures == self._shown:
            return
        self._shown, old = cures, self._made
        self._made = {(cure.request, cure.text): self._button(cure, old) for cure in cures}
        for cure in cures:
            made = self._made[cure.request, cure.text]
            made.setEnabled(not cure.why)
            made.setToolTip(plain_text.tip(cure.why))
        for key in old.keys() - self._made.keys():
            old[key].hide()
            old[key].deleteLater()
        while self._row.takeAt(0) is not None:
            pass
        self._row.add(*self._made.values())
        for before, after in itertools.pairwise(self._made.values()):
            QWidget.setTabOrder(before, after)
        self.setVisible(bool(cures))

    def _button(self, cure: Button, old: Mapping[tuple[ActionRequest, str], QPushButton]) -> QPushButton:
        """The one that there is for it, or a new one."""
        made = old.get((cure.request, cure.text))
        if made is not None:
            return made
        return button(plain_text.menu(cure.text), partial(self._app_state.requested.emit, cure.request))


class Overview(Page):
    """A click on a node, or Return, offers what can be done to it."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(app_state, "overview", tr("Network status"))
        self._page: OverviewPage | None = None
        #: The last one that was known: the helper may go while somebody chooses a name for its picture.
        self._graph: Graph | None = None
        self._sentence, self._problems, self._facts = heading(), Notice(), Facts()
        self._map = MapView(tr("Map of who goes through whom"))
        self._map.chosen.connect(self._offer)
        self._save = button(tr("Save picture…"), self._ask_where)
        self._save.setToolTip(tr("Save the map as an SVG or PNG."))
        self.corner.addWidget(button(tr("Copy"), lambda: copy(self.text())))
        self.corner.addWidget(self._save)
        self._area = MapArea(self._map)
        self._cures = _Cures(app_state)
        self._problems.add(self._cures)
        for widget in (self._sentence, self._problems, self._area, self._facts):
            self.column.addWidget(widget)
        self.column.addStretch()

    def refresh(self) -> None:
        """See `Page`."""
        snapshot = self.app_state.snapshot
        old, self._page = self._page, page(snapshot, self.app_state.unreadable, self.app_state.in_doubt)
        if self._page != old:
            say(self._sentence, self._page.sentence)
            lines = [Line(Mark.WARNING, f"{text} {cure}".strip()) for text, cure in self._page.problems]
            self._problems.show_lines(lines)
            self._facts.show_facts(self._page.facts)
        self._cures.show_buttons(buttons(snapshot, self.app_state.unreadable))
        known = snapshot is not None and not blind(snapshot)
        shown = graph(snapshot, self.app_state.rates) if snapshot is not None and known else None
        self._graph = shown or self._graph
        self._map.show_graph(shown)
        self._area.setVisible(known)
        self._save.setEnabled(known)

    def text(self) -> str:
        """See `Page`."""
        return as_text(page(self.app_state.snapshot, self.app_state.unreadable, self.app_state.in_doubt))

    # -- what can be done

    def _offer(self, node: Node, where: QWidget) -> None:
        """A menu of what can be done to a node; it goes when it is closed."""
        snapshot = self.app_state.snapshot
        domains = [domain for domain in snapshot.domains if domain.name == node.name] if snapshot else []
        offered = choices(snapshot, domains) if domains else ()
        if snapshot is not None and node.kind is Kind.NETVM and node.name == snapshot.netvm.name:
            offered = netvm.choices(snapshot)
        menu = self.choice_menu(offered)
        if offered:
            menu.addSeparator()
        name = "domains" if node.kind is Kind.DOMAIN else _MORE[node.kind]
        more = menu.addAction(plain_text.menu(tr("Show more")))
        more.triggered.connect(lambda: self.app_state.open_page(name))
        menu.popup(where.mapToGlobal(QPoint(0, where.height())))

    # -- the picture

    def _ask_where(self) -> None:
        """Not modal, and gone when it is closed."""
        dialog = QFileDialog(self.window(), tr("Save picture"), str(Path.home() / "qnet-map.svg"))
        dialog.setAcceptMode(QFileDialog.AcceptSave)
        dialog.setNameFilters([tr("SVG pictures (*.svg)"), tr("PNG pictures (*.png)")])
        dialog.setDefaultSuffix("svg")  # so that it knows what would be overwritten
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(_suffix(chosen)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.save(path, dialog.selectedNameFilter()))
        dialog.open()

    def save(self, path: str, chosen: str = "") -> None:
        """Write the map; what the file is called says which kind of picture it is, else what was chosen.

        A file that the dialog could not know of, since it is called otherwise, is not overwritten without a question.
        """
        if self._graph is None:
            return
        text = svg(self._graph)
        target = Path(path)
        if target.suffix.lower() not in (".svg", ".png"):
            target = target.with_name(f"{target.name}.{_suffix(chosen)}")
            if os.path.lexists(target):
                self._show_box(replace_file(target.name, lambda: self._write(target, text)))
                return
        self._write(target, text)

    def _write(self, target: Path, text: str) -> None:
        try:
            save(target, png(text) if target.suffix.lower() == ".png" else text.encode())
        except OSError as error:
            sentence = tr("{path} cannot be written: {why}.", path=str(target), why=error.strerror or "")
            self._show_box(box(tr("Save picture"), sentence, icon=QMessageBox.Warning))

    def _show_box(self, made: QMessageBox) -> None:
        """With who asked for it: one that nobody keeps is gone before it is seen."""
        made.setParent(self.window(), made.windowFlags())
        made.show()


make = Overview
