from __future__ import annotations

import copy
import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from message_samples import arguments

from qnet_gui.model.dns import Dns, DnsRedirect, DnsSource
from qnet_gui.model.domain import AgentState, Domain, DomainState, Netvm, NetvmState
from qnet_gui.model.errors import BadInput
from qnet_gui.model.fact import Fact
from qnet_gui.model.messages.isolation import IsolationCode
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.outcome import EndedOperation, Outcome
from qnet_gui.model.problem import Problem, in_order
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Iommu, Isolation, Operation, Snapshot, from_wire, to_wire
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState

addresses = st.ip_addresses(v=4)
names = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=15)
several = {"max_size": 3}
uplinks = st.builds(
    Uplink, names, st.sampled_from(UplinkKind), st.sampled_from(UplinkState), st.booleans(),
    st.none() | addresses, st.none() | addresses, st.lists(addresses, **several).map(tuple), st.text(max_size=10),
    st.integers(0, 100), st.text(max_size=10),
)  # fmt: skip
domains = st.builds(
    Domain, names, st.integers(1, 9999), st.sampled_from(DomainState), st.none() | addresses, names, names
)
texts = st.lists(st.text(max_size=10), **several).map(tuple)
snapshots = st.builds(
    Snapshot,
    st.builds(Netvm, names, st.integers(-1, 9999), st.sampled_from(NetvmState), st.sampled_from(AgentState)),
    st.lists(uplinks, **several).map(tuple),
    st.builds(
        Dns, st.sampled_from(DnsSource), st.lists(st.builds(DnsRedirect, addresses, addresses), **several).map(tuple)
    ),
    st.lists(domains, **several).map(tuple),
    st.builds(Dom0Connection, st.sampled_from(Dom0State), st.integers(0, 2**40), texts, names, texts, texts),
    st.builds(
        Isolation,
        st.lists(st.sampled_from([Fact(code, **arguments(code)) for code in IsolationCode]), **several).map(tuple),
        texts,
        st.sampled_from(Iommu),
        texts,
        st.integers(0, 99),
    ),
    st.builds(Operation, st.integers(0, 2**32 - 1), names, names),
    st.lists(
        st.builds(
            EndedOperation,
            st.integers(0, 2**32 - 1),
            names,
            names,
            st.integers(0, 2**40),
            names,
            st.sampled_from([Outcome(code, **arguments(code)) for code in UpgradeCode]),
        ),
        **several,
    ).map(tuple),
    st.lists(st.sampled_from([Problem(code, **arguments(code)) for code in ProblemCode]), **several).map(tuple),
)


@given(snapshots)
def test_the_wire_and_json_lead_back(snapshot):
    wire = to_wire(snapshot)
    assert list(wire) == ["netvm", "uplinks", "dns", "domains", "dom0", "isolation", "operation", "ended", "problems"]
    assert from_wire(wire) == snapshot
    assert from_wire(json.loads(json.dumps(wire))) == snapshot


def test_a_domain_on_the_wire_has_these_keys():
    wire = to_wire(Snapshot(Netvm("netvm"), domains=(Domain("work", 4, DomainState.RUNNING),)))
    assert list(wire["domains"][0]) == ["name", "id", "state", "address", "vif", "netvm", "serves", "uuid", "label"]


def test_a_helper_of_another_version_is_bad_input_and_not_a_traceback():
    good = to_wire(Snapshot(Netvm("netvm"), uplinks=(Uplink("eth0"),), domains=(Domain("w", 1, DomainState.RUNNING),)))
    from_wire(good)
    for path in (
        ("netvm",), ("dns", "source"), ("uplinks", 0, "kind"), ("domains", 0, "id"), ("dom0", "until"),
        ("isolation", "iommu"), ("operation", "id"),
    ):  # fmt: skip
        for wrong in (None, "nonsense", []):
            broken = copy.deepcopy(good)
            inner = broken
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = wrong
            with pytest.raises(BadInput):
                from_wire(broken)


@pytest.mark.parametrize(("part", "field"), [("dom0", "paused"), ("isolation", "reachable"), ("isolation", "nics")])
def test_a_word_is_not_taken_for_a_list_of_letters(part, field):
    wire = to_wire(Snapshot(Netvm("netvm")))
    wire[part][field] = "work"
    with pytest.raises(BadInput):
        from_wire(wire)


def test_a_problem_of_a_newer_helper_is_left_out():
    wire = to_wire(Snapshot(Netvm("netvm"), problems=(Problem(ProblemCode.NO_NETVM),)))
    wire["problems"].append({"code": "from-the-future", "arguments": {}, "sentence": "", "cure": ""})
    assert from_wire(wire).problems == (Problem(ProblemCode.NO_NETVM),)


def test_of_a_fact_of_a_newer_helper_the_sentence_is_shown():
    route = Fact(IsolationCode.HAS_DEFAULT_ROUTE, links=("a",))
    wire = to_wire(Snapshot(Netvm("netvm"), isolation=Isolation((route,))))
    assert wire["isolation"]["reachable"] == [
        {
            "sentence": "has a default route through a",
            "code": "has-default-route",
            "arguments": {"links": ["a"]},
        }
    ]
    wire["isolation"]["reachable"].append({"code": "from-the-future", "arguments": {"x": 1}, "sentence": "flies"})
    first, second = from_wire(wire).isolation.reachable
    assert first == route
    assert second.translated == "flies"
    wire["isolation"]["reachable"] = ["has a default route through a"]  # of a version that had only words
    with pytest.raises(BadInput):
        from_wire(wire)


def test_problems_that_explain_others_come_first():
    given_ = [
        Problem(ProblemCode.VIF_REFUSED, vif="vif4.0"),
        Problem(ProblemCode.NO_DNS),
        Problem(ProblemCode.NO_STORE),
        Problem(ProblemCode.NO_DNS),
    ]
    assert [problem.code for problem in in_order(given_)] == ["no-store", "no-dns", "vif-refused"]


def test_the_uplink_is_the_one_that_leads_outside():
    down, second, first = (
        Uplink("eth0", state=UplinkState.DOWN, primary=True),
        Uplink("eth1", state=UplinkState.UP),
        Uplink("eth2", state=UplinkState.UP, primary=True),
    )
    assert Snapshot(Netvm("netvm"), (down, second, first)).uplink == first
    assert Snapshot(Netvm("netvm"), (down, second)).uplink is None
    assert Snapshot(Netvm("netvm"), (down,)).uplink is None
