"""The netvm's screen for one window: asks the helper for it, and asks anew when it has ended, while somebody looks.

The first time a person may be asked for a password, afterwards nobody is. It is about the netvm that the snapshot
tells: of another one, or of another life of it, nothing is shown under the first one's name.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from qnet_gui.model.domain import Netvm
from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.netvm_screen.screen_wire import Input, Look
from qnet_gui.tray.netvm_screen import screen
from qnet_gui.tray.netvm_screen.screen import ScreenPhase, ScreenProgress, ScreenView
from qnet_gui.tray.qt import QDBusUnixFileDescriptor, QObject, QTimer, pyqtSignal
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.dbus import unsigned
from qnet_gui.tray.session.screen_link import ScreenLink, link

log = logging.getLogger(__name__)
#: There is no picture then, and nobody is asked for one.
_WITHOUT = (ScreenPhase.WAITS, ScreenPhase.STOPPED)


class NetvmScreen(QObject):
    """`changed`: another picture, none any more, or something else to be said. `painted`: a `Rectangle` of the picture
    has changed.
    """

    changed = pyqtSignal()
    painted = pyqtSignal(object)

    def __init__(self, app_state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app_state = app_state
        self._netvm = app_state.snapshot.netvm if app_state.snapshot else Netvm("netvm")
        self._progress = ScreenProgress()
        self._looks = self._closed = False
        self._interactive = True
        self._turn = 0
        self.link: ScreenLink | None = None
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._ask)
        app_state.changed.connect(self._follow)

    @property
    def view(self) -> ScreenView:
        """What there is to be seen."""
        return screen.view(self._progress, self._netvm, self._app_state.snapshot, self._app_state.unreadable)

    def ask_again(self) -> None:
        """A person wants to see it now, and may be asked for a password."""
        self._interactive = True
        if self._progress.phase in _WITHOUT:
            self._move(screen.forgotten())
            self._ask()

    def look(self, looks: bool) -> None:
        """Whether somebody looks from now on. Nothing is copied, nor asked for, while nobody does."""
        if looks == self._looks:
            return
        self._looks = looks
        self.say([Look(looks)])
        if looks:
            self._ask()
        else:
            self._again.stop()

    def say(self, messages: Iterable[Input]) -> None:
        """Tell the netvm what a person does, if there is a picture."""
        if self.link is not None:
            self.link.say(messages)

    def close(self) -> None:
        """It is wanted no longer; nothing when that has been said already."""
        if self._closed:
            return
        self._closed = True
        # PyQt keeps what it connects until the sender goes, which outlives this
        self._app_state.changed.disconnect(self._follow)
        self._looks = False
        self._again.stop()
        self._drop()

    # -- asking

    def _ask(self) -> None:
        """If there is somebody to look, and somebody to be seen."""
        waits = self._looks and self._progress.phase is ScreenPhase.WAITS
        if not waits or not screen.may_ask(self._app_state.snapshot):
            return
        self._again.stop()
        self._turn += 1
        turn, interactive = self._turn, self._interactive
        self._interactive = False
        self._move(screen.asked(self._progress))
        client = self._app_state.client
        (client.do if interactive else client.ask)(
            "OpenScreen", [unsigned(self._netvm.id), self._netvm.uuid], lambda answer: self._answered(turn, answer)
        )

    def _answered(self, turn: int, answer: Sequence[object] | QnetError) -> None:
        """Descriptors that nobody takes are closed by Qt."""
        if turn != self._turn or self._progress.phase is not ScreenPhase.ASKED:
            return
        if isinstance(answer, QnetError):
            self._failed(answer)
            return
        try:
            self.link = _link(answer, self)
        except QnetError as error:
            self._failed(error)
            return
        self.link.painted.connect(self._painted)
        self.link.ended.connect(self._ended)
        self._move(screen.opened(self._progress))
        if self._looks:
            self.say([Look(True)])

    def _failed(self, error: QnetError) -> None:
        self._move(screen.failed(self._progress, error))
        self._wait()

    def _wait(self) -> None:
        if self._looks and self._progress.phase is ScreenPhase.WAITS:
            self._again.start(round(self._progress.delay * 1000))

    # -- what becomes of it

    def _painted(self, rectangle: object) -> None:
        self._progress = screen.painted(self._progress)
        self.painted.emit(rectangle)

    def _ended(self) -> None:
        log.info("the picture of %s has ended", self._netvm.name)
        taken = self.link is not None and self.link.taken
        self._drop()
        self._move(screen.taken() if taken else screen.ended(self._progress))
        self._wait()

    def _drop(self) -> None:
        self._turn += 1
        gone, self.link = self.link, None
        if gone is not None:
            gone.close()
            gone.deleteLater()

    def _follow(self) -> None:
        """Whoever it is about: a helper that is away takes no picture along."""
        snapshot = self._app_state.snapshot
        if snapshot is not None and snapshot.netvm != self._netvm:
            before, self._netvm = self._netvm, snapshot.netvm
            if (before.id, before.uuid) != (self._netvm.id, self._netvm.uuid):
                self._drop()
                self._progress = screen.forgotten()
                self._again.stop()
            elif before.state is not self._netvm.state and self._progress.phase in _WITHOUT:
                self._progress = screen.forgotten()
                self._again.stop()
        self.changed.emit()
        if not self._again.isActive():
            self._ask()

    def _move(self, progress: ScreenProgress) -> None:
        if progress != self._progress:
            self._progress = progress
            self.changed.emit()


def _link(answer: Sequence[object], parent: QObject) -> ScreenLink:
    """Of the helper's answer, whose descriptors Qt closes."""
    match answer:
        case [
            int() as width,
            int() as height,
            QDBusUnixFileDescriptor() as picture,
            QDBusUnixFileDescriptor() as window,
        ]:
            return link(width, height, picture.fileDescriptor(), window.fileDescriptor(), parent)
    raise QnetError(HelperCode.HELPER_OF_OTHER_VERSION)
