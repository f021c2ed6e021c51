"""Small boxes: an error with details to copy, and the questions before what cannot be taken back. None is modal."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui import __version__
from qnet_gui.model.clock import clock
from qnet_gui.model.errors import QnetError
from qnet_gui.model.package_upgrade.packages import Stage
from qnet_gui.model.sentence import sentence
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.model.translation import mark, tr
from qnet_gui.tray.pages.netvm import without_network
from qnet_gui.tray.pages.packages import going_on
from qnet_gui.tray.qt import QAbstractButton, QDialogButtonBox, QLabel, QMessageBox, Qt
from qnet_gui.tray.session.icons import application_icon
from qnet_gui.tray.state.action_titles import title
from qnet_gui.tray.state.cures import doubt
from qnet_gui.tray.state.menu import DOM0, ActionRequest

#: Pixels at both sides of a box's buttons, and of the box, at most.
_AROUND = 64
_DOM0_WARNING = mark(
    "With dom0 as the netvm, its network drivers and stack can be attacked from outside, and whoever succeeds there"
    " owns the whole machine. Choose a separate netvm."
)


def box(heading: str, text: str, more: str = "", icon: QMessageBox.Icon = QMessageBox.NoIcon) -> QMessageBox:
    """A box that goes when it is closed; its texts are plain."""
    made = QMessageBox()
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    made.setWindowModality(Qt.WindowModality.NonModal)
    made.setWindowTitle(heading)
    made.setWindowIcon(application_icon())
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setIcon(icon)
    made.setText(text)
    made.setInformativeText(more)
    flags = Qt.TextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)  # Tab goes from button to button
    for label in made.findChildren(QLabel):  # Qt makes the second text plain by no call of its own
        if isinstance(label, QLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)
            if label.text():  # not the icon's
                label.setTextInteractionFlags(flags)
    return made


def _room_for_buttons(made: QMessageBox) -> None:
    """Below each other, where all in a row are wider than the screen: Qt would cut what they say."""
    row, screen = made.findChild(QDialogButtonBox), made.screen()
    if not isinstance(row, QDialogButtonBox) or screen is None:
        return
    if row.sizeHint().width() + _AROUND > screen.availableSize().width():
        row.setOrientation(Qt.Orientation.Vertical)


def about() -> QMessageBox:
    """What this is."""
    what = tr("Shows the network that this machine's domains reach through netvm.")
    made = box(tr("About qnet"), f"qnet {__version__}", what + "\n\n" + tr("GPL, version 3 or later."))
    made.setIconPixmap(application_icon().pixmap(48))
    return made


def trouble(request: ActionRequest, error: QnetError) -> QMessageBox:
    """The helper's sentence, with details to copy."""
    made = box(title(request), error.translated, icon=QMessageBox.Warning)
    name = f"{error.dbus_name} ({error.message.code})"
    made.setDetailedText(f"{title(request)}\n{name}\n{error.sentence}\nqnet {__version__}\n")
    return made


def choose_netvm(request: ActionRequest, then: Callable[[bool], None]) -> QMessageBox:
    """Before another netvm is chosen; `then` gets whether domains are to be moved to it."""
    text = tr("Domains reach the network through the netvm. Make {name} the netvm?", name=request.name)
    text += " " + tr("Domains that run stay with the present one unless they are moved.")
    to_dom0 = request.name == DOM0
    icon = QMessageBox.Warning if to_dom0 else QMessageBox.Question
    made = box(title(request), text, tr(_DOM0_WARNING) if to_dom0 else "", icon)
    moving = made.addButton(tr("Choose it, and move the domains"), QMessageBox.AcceptRole)
    only = made.addButton(tr("Choose it only"), QMessageBox.AcceptRole)
    made.setDefaultButton(made.addButton(tr("Cancel"), QMessageBox.RejectRole))

    def clicked(which: QAbstractButton) -> None:
        if which in (moving, only):
            then(which is moving)

    made.buttonClicked.connect(clicked)
    _room_for_buttons(made)
    return made


def interrupt_netvm(request: ActionRequest, names: tuple[str, ...], then: Callable[[], None]) -> QMessageBox:
    """Before a netvm is stopped, or restarted, through which domains of these names go."""
    made = box(title(request), f"{title(request)}?", without_network(names), QMessageBox.Question)
    doing = made.addButton(title(request), QMessageBox.AcceptRole)
    made.setDefaultButton(made.addButton(tr("Cancel"), QMessageBox.RejectRole))
    made.buttonClicked.connect(lambda which: then() if which is doing else None)
    _room_for_buttons(made)
    return made


def replace_file(name: str, replace: Callable[[], None]) -> QMessageBox:
    """Before a file is overwritten that the person has not seen in a dialog."""
    made = box(tr("Save picture"), tr("There is a file {name} already.", name=name), icon=QMessageBox.Question)
    replacing = made.addButton(tr("Replace it"), QMessageBox.AcceptRole)
    made.setDefaultButton(made.addButton(tr("Cancel"), QMessageBox.RejectRole))
    made.buttonClicked.connect(lambda which: replace() if which is replacing else None)
    return made


def tell_connection(made: QMessageBox, snapshot: Snapshot | None, stage: Stage, unreadable: bool = False) -> None:
    """Have a question about leaving say how dom0 is connected now; `stage`: of its upgrade.

    Without a snapshot it may be, and cannot be disconnected; `unreadable`: the helper is of another version.
    """
    more = [tr("Without this applet nothing on the screen says so.")]
    if snapshot is None:
        in_doubt = doubt(unreadable)
        text, more = in_doubt.title, [in_doubt.text, *more]
    elif snapshot.dom0.state is Dom0State.OPEN:
        text = tr("dom0 is connected to the network until {until}.", until=clock(snapshot.dom0.until))
        more.append(tr("At that time it is disconnected by itself."))
    else:
        text = sentence(snapshot)
    made.setText(text)
    made.setInformativeText(" ".join(filter(None, (*more, going_on(stage)))))
    for button in made.buttons():
        if made.buttonRole(button) == QMessageBox.AcceptRole:
            button.setEnabled(snapshot is not None)


def leave_connected(
    snapshot: Snapshot | None, logout: bool, disconnect: Callable[[], None], leave: Callable[[], None],
    stage: Stage = Stage.NONE, unreadable: bool = False,
) -> QMessageBox:  # fmt: skip
    """Before the applet, or with it the whole session, is left while dom0 is connected, or may be; as above."""
    made = box(tr("Log out") if logout else tr("Quit"), " ", " ", QMessageBox.Warning)
    disconnecting = tr("Disconnect and log out") if logout else tr("Disconnect and quit")
    leaving = tr("Log out, and leave it connected") if logout else tr("Quit, and leave it connected")
    back = made.addButton(disconnecting, QMessageBox.AcceptRole)
    stay = made.addButton(leaving, QMessageBox.DestructiveRole)
    cancel = made.addButton(tr("Cancel"), QMessageBox.RejectRole)
    made.setDefaultButton(back if snapshot is not None else cancel)
    tell_connection(made, snapshot, stage, unreadable)

    def clicked(which: QAbstractButton) -> None:
        if which is back:
            disconnect()
        elif which is stay:
            leave()

    made.buttonClicked.connect(clicked)
    _room_for_buttons(made)
    return made
