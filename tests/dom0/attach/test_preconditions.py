"""What may be done to whom, and in which words it is refused: without any process."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qnet_gui.dom0.attach import preconditions
from qnet_gui.dom0.observe.inputs import Frontend, Inputs
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import AgentState, DomainState, NetvmVerb
from qnet_gui.model.errors import BadInput, NotFound, QnetError, Refused
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.snapshot import Dom0Connection, Dom0State
from qnet_gui.model.vif import VifId

RUNNING, PAUSED, DYING = DomainState.RUNNING, DomainState.PAUSED, DomainState.DYING
DOM0, NETVM, NETVM2 = (DomainInfo(n, name, f"u{n}", RUNNING) for n, name in enumerate(("Domain-0", "netvm", "netvm2")))
WORK, VAULT, SLEEPER, GHOST = (
    DomainInfo(4, "work", "u4", RUNNING), DomainInfo(5, "vault", "u5", RUNNING),
    DomainInfo(6, "sleeper", "u6", PAUSED), DomainInfo(7, "ghost", "u7", DYING),
)  # fmt: skip
AGENT, STOPPED = AgentState.RUNNING, AgentState.STOPPED
WELL = Inputs(
    NETVM, (DOM0, NETVM, NETVM2, WORK, VAULT, SLEEPER, GHOST),
    frontends={4: {VifId(4, 0): Frontend(1)}, 6: {VifId(6, 0): Frontend(9)}},
    agents={1: AGENT, 2: STOPPED, 6: AGENT, 4: AgentState.UNKNOWN},
)  # fmt: skip
WITH_DOM0 = replace(WELL, netvm=DOM0, agents={0: AGENT})
ABSENT = replace(WELL, netvm=None)
START, STOP = NetvmVerb.START, NetvmVerb.STOP
MANAGED = replace(WELL, managed_by="qubesd")
CONNECTED = replace(WELL, dom0=Dom0Connection(Dom0State.CONNECTING))
SCREENS = replace(WELL, screen=True)


@pytest.mark.parametrize(
    ("action", "error", "sentence"),
    [
        (lambda: preconditions.pause(WELL, 0, "u0"), Refused, "dom0 cannot be paused."),
        (lambda: preconditions.pause(WELL, 1, "u1"), Refused, "netvm is the netvm: it cannot be paused"),
        (lambda: preconditions.pause(WELL, 99, "u99"), NotFound, "There is no domain with the id 99 that runs."),
        (lambda: preconditions.pause(WELL, 7, "u7"), NotFound, "There is no domain with the id 7 that runs."),
        (lambda: preconditions.pause(WELL, 4, "u5"), NotFound, "The domain with the id 4 is another"),
        (lambda: preconditions.unpause(WELL, 6, "u5"), NotFound, "was meant: sleeper. Nothing was done"),
        (lambda: preconditions.detach(WELL, 4, ""), NotFound, "another one than was meant: work."),
        (lambda: preconditions.attach(WELL, "netvm", 5, "u4"), NotFound, "another one than was meant: vault."),
        (lambda: preconditions.pause(CONNECTED, 4, "u4"), Refused, "dom0 is connected to the network"),
        (lambda: preconditions.unpause(WELL, 0, "u0"), Refused, "dom0 is never paused."),
        (lambda: preconditions.unpause(CONNECTED, 6, "u6"), Refused, "dom0 is connected to the network"),
        (lambda: preconditions.detach(WELL, 0, "u0"), Refused, "dom0 cannot be cut off."),
        (lambda: preconditions.detach(WELL, 1, "u1"), Refused, "netvm is the netvm"),
        (lambda: preconditions.detach(WELL, 5, "u5"), Refused, "vault is not attached to the network."),
        (lambda: preconditions.attach(WELL, "netvm", 0, "u0"), Refused, "dom0 is not attached like other domains"),
        (lambda: preconditions.attach(WELL, "netvm", 1, "u1"), Refused, "netvm is the netvm"),
        (lambda: preconditions.attach(WELL, "netvm", 4, "u4"), Refused, "work is attached to netvm already."),
        (lambda: preconditions.attach(CONNECTED, "netvm", 5, "u5"), Refused, "dom0 is connected to the network"),
        (lambda: preconditions.attach(replace(WELL, netvm=None), "netvm", 5, "u5"), Refused, "netvm is not running."),
        (lambda: preconditions.attach(replace(WELL, netvm=GHOST), "ghost", 5, "u5"), Refused, "ghost is not running."),
        (lambda: preconditions.attach(replace(WELL, netvm=SLEEPER), "x", 5, "u5"), Refused, "x is paused. Unpause it."),
        (lambda: preconditions.attach(replace(WELL, netvm=DOM0), "dom0", 5, "u5"), Refused, "dom0 is the netvm"),
        (lambda: preconditions.control_netvm(WELL, "netvm", START), Refused, "netvm runs already."),
        (lambda: preconditions.control_netvm(ABSENT, "netvm", STOP), Refused, "netvm is not running."),
        (lambda: preconditions.control_netvm(replace(WELL, netvm=GHOST), "x", STOP), Refused, "x is not running"),
        (lambda: preconditions.control_netvm(WITH_DOM0, "dom0", STOP), Refused, "dom0 is the netvm, so there is no"),
        (lambda: preconditions.control_netvm(CONNECTED, "netvm", STOP), Refused, "dom0 is connected to the network"),
        (lambda: preconditions.control_netvm(MANAGED, "netvm", STOP), Refused, "qubesd"),
        (lambda: preconditions.control_netvm(replace(WELL, netvm=SLEEPER), "x", STOP), Refused, "x is paused. Unpause"),
        (lambda: preconditions.show(WELL, "netvm", plain("No windows.")), Refused, "No windows."),
        (lambda: preconditions.show(replace(WELL, netvm=SLEEPER), "x", None), Refused, "x is paused. Unpause it."),
        (lambda: preconditions.show(WITH_DOM0, "dom0", None), Refused, "dom0 is the netvm: start nm-applet here"),
        (lambda: preconditions.screen(WELL, "netvm", 1, "u1"), Refused, "On this host no domain's screen"),
        (lambda: preconditions.screen(SCREENS, "netvm", 2, "u2"), Refused, "netvm2 is not the netvm, and only"),
        (lambda: preconditions.screen(SCREENS, "netvm", 1, "u2"), NotFound, "The domain with the id 1 is another"),
        (lambda: preconditions.screen(SCREENS, "netvm", 9, "u9"), NotFound, "There is no domain with the id 9"),
        (lambda: preconditions.screen(replace(SCREENS, netvm=None), "x", 1, "u1"), Refused, "x is not running."),
        (lambda: preconditions.screen(replace(SCREENS, netvm=SLEEPER), "x", 6, "u6"), Refused, "x is paused. Unpause"),
        (lambda: preconditions.screen(replace(WITH_DOM0, screen=True), "dom0", 0, ""), Refused, "dom0 is the netvm:"),
        (lambda: preconditions.choose(WELL, "vault", False), Refused, "vault cannot be the netvm"),
        (lambda: preconditions.choose(WELL, "work", False), Refused, "work cannot be the netvm"),
        (lambda: preconditions.choose(WELL, "sleeper", False), Refused, "sleeper is paused. Unpause it."),
        (lambda: preconditions.choose(WELL, "ghost", False), NotFound, "There is no domain 'ghost' that runs."),
        (lambda: preconditions.choose(WELL, "dom0", True), Refused, "systemctl start qnet-agent"),
        (lambda: preconditions.choose(WELL, "Domain-0", True), Refused, "No network agent runs in dom0"),
        (lambda: preconditions.choose(replace(WELL, cards=frozenset({5})), "vault", True), Refused, "no network agent"),
        (lambda: preconditions.choose(WELL, "a b", False), BadInput, "is not a domain name"),
        (lambda: preconditions.choose(CONNECTED, "netvm2", False), Refused, "dom0 is connected to the network"),
        (lambda: preconditions.pause(MANAGED, 4, "u4"), Refused, "belong to qubesd, so qnet only shows them. Change"),
        (lambda: preconditions.unpause(MANAGED, 6, "u6"), Refused, "belong to qubesd"),
        (lambda: preconditions.attach(MANAGED, "netvm", 5, "u5"), Refused, "belong to qubesd"),
        (lambda: preconditions.detach(MANAGED, 4, "u4"), Refused, "belong to qubesd"),
        (lambda: preconditions.choose(MANAGED, "netvm2", True), Refused, "belong to qubesd"),
    ],
)  # fmt: skip
def test_what_is_refused(action, error, sentence):
    with pytest.raises(QnetError) as raised:
        action()
    assert isinstance(raised.value, error)
    assert sentence in raised.value.sentence


def test_what_is_not():
    assert preconditions.pause(WELL, 4, "u4") == WORK
    assert preconditions.pause(WELL, 2, "u2") == NETVM2
    assert preconditions.unpause(replace(WELL, netvm=SLEEPER), 6, "u6") == SLEEPER
    assert preconditions.unpause(replace(CONNECTED, netvm=SLEEPER), 6, "u6") == SLEEPER  # dom0 needs it to get back
    assert preconditions.detach(CONNECTED, 4, "u4") == WORK  # what makes dom0 safer is never refused
    assert preconditions.attach(WELL, "netvm", 5, "u5") == (VAULT, NETVM)
    assert preconditions.attach(WELL, "netvm", 6, "u6") == (SLEEPER, NETVM)  # who served it is dead
    assert preconditions.screen(SCREENS, "netvm", 1, "u1") == NETVM
    assert preconditions.screen(replace(CONNECTED, screen=True), "netvm", 1, "u1") == NETVM
    assert preconditions.choose(WELL, "netvm2", True) == NETVM2
    assert preconditions.choose(WELL, "netvm", True) == NETVM
    assert preconditions.choose(MANAGED, "netvm2", False) == NETVM2  # which of them it shows is qnet's own choice
    for name in ("dom0", "Domain-0"):
        assert preconditions.choose(replace(WELL, agents={0: STOPPED}), name, False) == DOM0
    assert preconditions.choose(replace(WELL, cards=frozenset({5})), "vault", False) == VAULT  # its agent may come yet
    assert preconditions.choose(replace(WELL, agents={0: AGENT}), "dom0", True) == DOM0
    assert preconditions.choose(WELL, "dom0", False) == DOM0  # its agent starts only when it has been chosen


def test_who_is_paused_is_not_judged_before_a_look():
    """He may have been let go on meanwhile, which nobody tells; who dies is dead."""
    asleep = replace(WELL, netvm=replace(NETVM, state=PAUSED))
    awake = preconditions.as_if_awake(asleep)
    assert awake.netvm.state is RUNNING
    assert {info.id: info.state for info in awake.domains if info.id in (4, 6, 7)} == {4: RUNNING, 6: RUNNING, 7: DYING}
    with pytest.raises(Refused, match="netvm is paused"):
        preconditions.show(asleep, "netvm", None)
    assert preconditions.show(awake, "netvm", None).id == 1
    assert preconditions.as_if_awake(replace(WELL, netvm=None)).netvm is None
