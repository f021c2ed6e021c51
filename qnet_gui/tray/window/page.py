"""What all pages of the window have in common: made when first shown, live while shown, freed with the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from qnet_gui.model.domain import NetvmState
from qnet_gui.model.errors import QnetError
from qnet_gui.tray.pages.domains import Choice
from qnet_gui.tray.qt import QEvent, QLabel, QLineEdit, QMenu, QVBoxLayout, QWidget
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.state.access_keys import without_keys
from qnet_gui.tray.widgets.access_keys import give_access_keys
from qnet_gui.tray.widgets.flow import Flow
from qnet_gui.tray.widgets.keyboard import rests
from qnet_gui.tray.widgets.parts import title

Then = Callable[[Sequence[object] | QnetError], None]


class Page(QWidget):
    """`name` is by which it is opened. A subclass builds itself into `column`, and paints in `refresh`.

    `corner` is the line of the head, at the right of which stands what is about the page as a whole.
    """

    def __init__(self, app_state: AppState, name: str, heading: str) -> None:
        super().__init__()
        self.app_state = app_state
        self.name, self.heading = name, heading
        self.setObjectName(name)
        self.setAccessibleName(heading)
        self._live = True
        self.column = QVBoxLayout(self)
        self.column.setSpacing(12)
        self.corner = Flow()
        self.corner.add(title(heading))
        self.column.addLayout(self.corner)

    # -- what a page may have to say to

    def refresh(self) -> None:
        """Show what is so now; nothing is touched that did not change."""
        raise NotImplementedError

    def opened(self) -> None:
        """It has come to the screen, for the first time or again."""

    def again(self) -> None:
        """A person wants to know how it is now (F5)."""
        self.opened()
        self.refresh()

    def filter_field(self) -> QLineEdit | None:
        """Where a person writes what is looked for, if there is such a place."""
        return None

    def text(self) -> str:
        """All of it as text, for the clipboard."""
        labels = [label for label in self.findChildren(QLabel) if isinstance(label, QLabel) and label.isVisible()]
        # only beside a control `&` marks a key
        return "\n".join(without_keys(label.text()) if label.buddy() else label.text() for label in labels) + "\n"

    def ended(self) -> None:
        """The window is closed: answers that come later are nobody's."""
        self._live = False

    # -- what pages do

    @property
    def can_reapply(self) -> bool:
        """Whether there is a netvm that could set its network anew, and is not asked to already."""
        snapshot, client = self.app_state.snapshot, self.app_state.client
        return snapshot is not None and snapshot.netvm.state is NetvmState.RUNNING and "Reapply" not in client.awaited

    def ask(self, method: str, arguments: Sequence[object], then: Then) -> None:
        """`Client.ask`, whose answer comes only while there is a page to show it."""
        self.app_state.client.ask(method, arguments, self._while_live(then))

    def do(self, method: str, arguments: Sequence[object], then: Then) -> None:
        """`Client.do`, likewise."""
        self.app_state.client.do(method, arguments, self._while_live(then))

    def request(self, choice: Choice) -> None:
        """Have something done, unless it cannot be."""
        if not choice.why:
            for request in choice.requests:
                self.app_state.requested.emit(request)

    def choice_menu(self, choices: Iterable[Choice]) -> QMenu:
        """A menu of what can be done; it goes when it is closed."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        for choice in choices:
            entry = menu.addAction(plain_text.menu(choice.text))
            entry.setEnabled(not choice.why)
            entry.setToolTip(plain_text.tip(choice.why))
            entry.triggered.connect(lambda _checked, choice=choice: self.request(choice))
        return menu

    def _while_live(self, then: Then) -> Then:
        def answered(answer: Sequence[object] | QnetError) -> None:
            if self._live:
                then(answer)

        return answered

    def built(self) -> None:
        """All controls are there: give them their keys."""
        give_access_keys(self)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 (Qt's)
        """The page itself has the keyboard when what had it goes."""
        return rests(self) or bool(super().focusNextPrevChild(forward))

    def event(self, event: QEvent) -> bool:
        """Texts that change get their keys anew, once for all changes of a moment."""
        if event.type() == QEvent.Type.LayoutRequest:
            give_access_keys(self)
        return super().event(event)
