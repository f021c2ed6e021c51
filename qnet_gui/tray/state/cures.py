"""What is wrong, as messages in the popup, each with its cure as a button. Pure.

Equal problems are one message. What a button does is asked of the helper or of systemd, with the person's own rights;
where nothing can be done from here, it opens the window that says more.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from qnet_gui.model.domain import Domain, DomainState, NetvmState
from qnet_gui.model.fact import rest
from qnet_gui.model.messages.code import Code
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.preflight import listed
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Snapshot
from qnet_gui.model.translation import mark, tr, tr_count
from qnet_gui.tray.state.menu import DOM0, Action, ActionRequest, candidates, hindrance

#: So many messages are shown; the window has them all.
MESSAGES_MAX = 3
OTHER_VERSION = mark("Log out and in again. If it stays so, restart the helper: sudo systemctl restart qnet-helper.")
_AWAY = mark("Nothing is known of the network. What netvm does for domains goes on.")


class Severity(enum.Enum):
    """How bad it is; told by an icon's shape first, then by a colour."""

    INFORMATION = "information"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Button:
    """What can be done at one click. `icon`: a name of freedesktop.org's; `why`: why not now, empty if it can.

    `danger`: it is never where the keyboard is by itself.
    """

    text: str
    request: ActionRequest
    icon: str = ""
    why: str = ""
    danger: bool = False


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message: its title, empty where the popup's sentence says that already; what to do; and the buttons for it."""

    severity: Severity
    title: str
    text: str
    buttons: tuple[Button, ...] = ()


Cure = Callable[[Snapshot, Sequence[Problem]], Iterable[Button]]


def button(text: str, action: Action, icon: str, why: str = "") -> Button:
    """One that is about no domain."""
    return Button(text, ActionRequest(action), icon, why)


def status() -> Button:
    """What opens the window that knows everything."""
    return button(tr("Show status"), Action.STATUS, "documentinfo")


def _network_settings(snapshot: Snapshot, _problems: Sequence[Problem]) -> Iterable[Button]:
    why = "" if snapshot.netvm.state is NetvmState.RUNNING else tr("{name} is not running.", name=snapshot.netvm.name)
    yield button(tr("Network settings"), Action.NETAPPLET, "preferences-system-network", why)


def _names(snapshot: Snapshot, problems: Sequence[Problem]) -> Iterable[Button]:
    yield button(tr("Name servers…"), Action.NAMES, "documentinfo")
    yield from _network_settings(snapshot, problems)


def _status(_snapshot: Snapshot, _problems: Sequence[Problem]) -> Iterable[Button]:
    yield status()


def _apply_again(snapshot: Snapshot, problems: Sequence[Problem]) -> Iterable[Button]:
    yield status()
    yield button(tr("Apply again"), Action.REAPPLY, "view-refresh")


def _another(snapshot: Snapshot) -> Iterable[Button]:
    """The first that could be the netvm instead, if there is one."""
    others = [name for name in candidates(snapshot) if name not in (snapshot.netvm.name, DOM0)]
    for name in others[:1]:
        request = ActionRequest(Action.NETVM, name=name)
        yield Button(tr("Move to {name}…", name=name), request, "go-next", hindrance(snapshot))


def _netvm(snapshot: Snapshot, _problems: Sequence[Problem]) -> Iterable[Button]:
    yield from _another(snapshot)
    start = ActionRequest(Action.START_NETVM, name=snapshot.netvm.name)
    yield Button(tr("Start {name}", name=snapshot.netvm.name), start, "media-playback-start", hindrance(snapshot))


def _restart(snapshot: Snapshot, _problems: Sequence[Problem]) -> Iterable[Button]:
    yield status()
    yield from _another(snapshot)
    if snapshot.netvm.name == DOM0:  # which is no service of its own
        return
    restart = ActionRequest(Action.RESTART_NETVM, name=snapshot.netvm.name)
    yield Button(tr("Restart {name}", name=snapshot.netvm.name), restart, "view-refresh", hindrance(snapshot))


def _separate(snapshot: Snapshot, problems: Sequence[Problem]) -> Iterable[Button]:
    return [*_another(snapshot)] or _status(snapshot, problems)


def _disconnect(_snapshot: Snapshot, _problems: Sequence[Problem]) -> Iterable[Button]:
    yield disconnect()


def disconnect() -> Button:
    """What ends dom0's connection."""
    return button(tr("Disconnect now"), Action.DISCONNECT, "network-disconnect")


def _move_back(snapshot: Snapshot, _problems: Sequence[Problem]) -> Iterable[Button]:
    request = ActionRequest(Action.MOVE, name=snapshot.netvm.name)
    yield Button(tr("Move to {name}", name=snapshot.netvm.name), request, "go-next", hindrance(snapshot))


def _let_go_on(snapshot: Snapshot, problems: Sequence[Problem]) -> Iterable[Button]:
    doubtful = {name for problem in problems for name in problem_names(problem)}
    paused = [domain for domain in snapshot.domains if domain.name in doubtful and domain.state is DomainState.PAUSED]
    for domain in paused[:2]:
        yield unpause(domain, hindrance(snapshot))
    if len(paused) != 1:
        yield status()


def unpause(domain: Domain, why: str) -> Button:
    """What lets a paused domain go on."""
    request = ActionRequest.about(Action.UNPAUSE, domain)
    return Button(tr("Unpause {name}", name=domain.name), request, "media-playback-start", why)


def problem_names(problem: Problem) -> tuple[str, ...]:
    """The domains that a problem names."""
    names = dict(problem.arguments).get("names", ())
    return tuple(str(name) for name in names) if isinstance(names, tuple) else ()


_CURES: dict[Code, Cure] = {
    ProblemCode.DOM0_STUCK: _disconnect,
    ProblemCode.DOM0_LEFT_OVER: _disconnect,
    ProblemCode.OTHERS_RUN: _disconnect,
    ProblemCode.OTHERS_LET_GO: _disconnect,
    ProblemCode.PAUSED_IN_DOUBT: _let_go_on,
    ProblemCode.NO_NETVM: _netvm,
    ProblemCode.AGENT_UNKNOWN: _restart,
    ProblemCode.AGENT_STOPPED: _restart,
    ProblemCode.AGENT_SILENT: _restart,
    ProblemCode.NO_NETWORKMANAGER: _restart,
    ProblemCode.NETVM_NONSENSE: _restart,
    ProblemCode.NO_UPLINK: _network_settings,
    ProblemCode.ADDRESS_OVERLAP: _network_settings,
    ProblemCode.NO_DNS: _names,
    ProblemCode.NETWORKMANAGER_LOST_SERVERS: _names,
    ProblemCode.LOCAL_RESOLVER: _names,
    ProblemCode.NAMES_BESIDE_VPN: _names,
    ProblemCode.NAMES_OTHERWISE: _names,
    ProblemCode.NFT_FAILED: _apply_again,
    ProblemCode.VIF_REFUSED: _apply_again,
    ProblemCode.DOM0_NETVM: _separate,
    ProblemCode.ATTACHED_ELSEWHERE: _move_back,
}
#: What makes dom0 itself less safe.
_ERRORS = frozenset(
    {ProblemCode.DOM0_STUCK, ProblemCode.DOM0_LEFT_OVER, ProblemCode.OTHERS_RUN, ProblemCode.DOM0_REACHABLE}
)
#: What the sentence says in words of its own.
_SAID = frozenset({ProblemCode.NO_DNS})
#: So many names are told of a problem that many have.
_NAMES_MAX = 5
#: What there may be one of for each domain, and the one sentence for several.
_SEVERAL: dict[Code, str] = {
    ProblemCode.DOMAIN_WITHOUT_NETWORK: "name",
    ProblemCode.VIF_REFUSED: "vif",
}


def _title(problems: Sequence[Problem]) -> str:
    first, count = problems[0], len(problems)
    key = _SEVERAL.get(first.code)
    if count == 1 or key is None:
        return first.sentence
    all_names = [str(dict(problem.arguments)[key]) for problem in problems]
    more = (fact.translated for fact in rest(count - _NAMES_MAX)) if count > _NAMES_MAX else ()
    names = listed([*all_names[:_NAMES_MAX], *more])
    if key == "vif":
        return tr_count("{count} vif was refused by netvm: {names}.", "{count} vifs were refused by netvm: {names}.",
                        count, count=count, names=names)  # fmt: skip
    return tr_count("{count} domain has no address: {names}.", "{count} domains have no address: {names}.",
                    count, count=count, names=names)  # fmt: skip


def _message(snapshot: Snapshot, problems: Sequence[Problem], sentence: str) -> MessageView:
    code = problems[0].code
    title = _title(problems)
    severity = Severity.ERROR if code in _ERRORS else Severity.WARNING
    buttons = tuple(_CURES.get(code, _status)(snapshot, problems))
    said = code in _SAID or sentence.startswith(title)
    return MessageView(severity, "" if said else title, problems[0].cure, buttons)


def _away(unreadable: bool) -> MessageView:
    if unreadable:
        return MessageView(Severity.ERROR, "", tr(OTHER_VERSION), ())
    start = button(tr("Start the helper"), Action.START_HELPER, "media-playback-start")
    return MessageView(Severity.ERROR, "", tr(_AWAY), (start,))


def doubt(unreadable: bool) -> MessageView:
    """That dom0 may be connected, while nothing is known.

    A helper of another version runs, and disconnects dom0 at its deadline. Without any the kernel closes it then.
    """
    text = tr("It was when that was known last.")
    if not unreadable:
        text += " " + tr("As long as the helper is away nothing disconnects it before its time is over.")
    return MessageView(Severity.ERROR, tr("dom0 may still be connected to the network."), text)


def untold(
    snapshot: Snapshot | None, unreadable: bool = False, in_doubt: bool = False
) -> Iterable[MessageView]:  # fmt: skip
    """What no snapshot calls a problem, but is one, with a cure at hand: no helper, or a netvm that is paused.

    `in_doubt`: dom0 was connected when something was known last.
    """
    if snapshot is None:
        if in_doubt:
            yield doubt(unreadable)
        yield _away(unreadable)
    elif (netvm := snapshot.netvm).state is NetvmState.PAUSED:
        request = ActionRequest.about(Action.UNPAUSE, netvm)
        why = hindrance(replace(snapshot, dom0=Dom0Connection()))  # it alone need not stay as it is
        go_on = Button(tr("Unpause {name}", name=netvm.name), request, "media-playback-start", why)
        yield MessageView(Severity.WARNING, "", tr("Let it go on; until then no domain has a network."), (go_on,))


def _views(snapshot: Snapshot | None, sentence: str, unreadable: bool, in_doubt: bool = False) -> list[MessageView]:
    """A message for each kind of problem."""
    views = [*untold(snapshot, unreadable, in_doubt)]
    if snapshot is not None:
        gathered: dict[Code, list[Problem]] = {}
        for problem in snapshot.problems:
            gathered.setdefault(problem.code, []).append(problem)
        views += [_message(snapshot, equal, sentence) for equal in gathered.values()]
    return views


def buttons(snapshot: Snapshot | None, unreadable: bool = False) -> tuple[Button, ...]:
    """What can be done about all that is wrong, each once, for where everything is shown that a window has to say."""
    views = _views(snapshot, "", unreadable)
    made = [cure for view in views for cure in view.buttons if cure.request.action is not Action.STATUS]
    return tuple({cure.request: cure for cure in made}.values())


def messages(
    snapshot: Snapshot | None, sentence: str, unreadable: bool = False, in_doubt: bool = False
) -> tuple[MessageView, ...]:  # fmt: skip
    """Everything that is wrong, those first that explain others; `sentence` stands above them and is not repeated."""
    views = _views(snapshot, sentence, unreadable, in_doubt)
    if len(views) <= MESSAGES_MAX:
        return tuple(views)
    count = len(views) - MESSAGES_MAX + 1
    more = tr_count("{count} more problem", "{count} more problems", count, count=count)
    return (*views[: MESSAGES_MAX - 1], MessageView(Severity.WARNING, more, "", (status(),)))
