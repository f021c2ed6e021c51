"""A host whose domains somebody else manages: the helper shows them, says so, and changes nothing."""

from __future__ import annotations

from qnet_gui.model.domain import NetvmState
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.store import keys

REPORT = {keys.AGENT_STATE.at(): "running", keys.AGENT_SERIAL.at(): "1"}
WORK = "00000000-0000-4000-8000-000000000002"
DEEDS = (
    *((f"{verb}Domain", "us", 2, WORK) for verb in ("Pause", "Unpause", "Detach", "Attach")),
    ("SetDefaultNetvm", "sb", "netvm", True), ("ConnectDom0", "u", 0),
)  # fmt: skip


def test_it_shows_the_domains_and_changes_nothing(dom0):
    """A domain without an address, people who ask, a netvm that is back: xenstore stays as others made it."""
    dom0.verbs["capabilities"] = lambda: {"name": "test", "managed_by": "qubesd"}
    dom0.attach(2, with_ip=False)
    dom0.say(1, REPORT)
    dom0.start_helper()
    published = dom0.until(lambda snapshot: snapshot.netvm.state is NetvmState.RUNNING)
    assert Problem(ProblemCode.MANAGED, manager="qubesd") in published.problems
    assert [domain.name for domain in published.domains] == ["work"]
    assert dom0.call("Preflight")["obstacles"][0]["arguments"]["problem"]["code"] == "managed"
    for member, signature, *values in DEEDS:
        assert "belong to qubesd" in dom0.error_of(member, signature, *values).get_dbus_message()
    dom0.destroy(1)
    dom0.until(lambda snapshot: snapshot.netvm.state is NetvmState.ABSENT)
    dom0.add_domain(7, "netvm")
    dom0.say(7, REPORT)
    dom0.until(lambda snapshot: snapshot.netvm.id == 7)
    assert dom0.read("/libxl/2/device/vif/0/backend") == "/local/domain/1/backend/vif/2/0"
    assert dom0.read("/local/domain/1/backend/vif/2/0/ip") is None
    assert dom0.read("/local/domain/2/qnet") is None
    assert "The domains of this host belong to qubesd, so qnet only shows them." in dom0.qnet("status").stdout
