"""When the snapshot is made anew, and when it is published; on inputs that the tests make up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.dom0.observe.publisher import SnapshotPublisher
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import AgentState, DomainState, NetvmState
from qnet_gui.model.errors import QnetError
from qnet_gui.store import keys
from qnet_gui.store.reports import AgentReport

NETVM = DomainInfo(1, "netvm", "00000000-0000-4000-8000-000000000001", DomainState.RUNNING)
OTHER = DomainInfo(2, "other", "00000000-0000-4000-8000-000000000002", DomainState.RUNNING)
RUNNING = Inputs(netvm=NETVM, domains=(NETVM,), agent=AgentReport(state=AgentState.RUNNING))


class Bench:
    """A publisher, what it reads, who waits until all is read again, and what it has published."""

    def __init__(self):
        self.inputs = RUNNING
        self.rereading = []
        self.published = []
        self.publisher = SnapshotPublisher("netvm", lambda: self.inputs, self.rereading.append, self.published.append)

    def reread(self):
        waiting, self.rereading[:] = list(self.rereading), []
        for then in waiting:
            then()


@pytest.fixture
def bench():
    return Bench()


def codes(snapshot):
    return {problem.code for problem in snapshot.problems}


def test_what_is_the_same_is_not_published_again(bench):
    for _ in range(2):
        bench.publisher.rebuild()
    assert [snapshot.netvm.state for snapshot in bench.published] == [NetvmState.RUNNING]
    bench.inputs = replace(RUNNING, agent=AgentReport(state=AgentState.STOPPED))
    bench.publisher.rebuild()
    assert [snapshot.netvm.agent for snapshot in bench.published] == [AgentState.RUNNING, AgentState.STOPPED]
    assert bench.publisher.snapshot == bench.published[-1]


def test_a_part_alone_makes_no_first_snapshot(bench):
    bench.publisher.changed()
    assert bench.published == []
    with pytest.raises(QnetError, match="starting"):
        _ = bench.publisher.snapshot
    bench.publisher.rebuild()
    bench.inputs = replace(RUNNING, stuck=True)
    bench.publisher.changed()
    assert [codes(snapshot) & {"dom0-stuck"} for snapshot in bench.published] == [set(), {"dom0-stuck"}]


def test_who_comes_before_the_first_snapshot_waits_for_a_look(bench):
    done = []
    bench.publisher.when_ready(lambda: done.append(bench.publisher.snapshot.netvm.id))
    assert (done, bench.published) == ([], [])
    bench.reread()
    assert done == [1]
    bench.publisher.when_ready(lambda: done.append("at once"))
    assert done == [1, "at once"]
    assert not bench.rereading


def test_a_refresh_looks_every_time(bench):
    done = []
    for _ in range(2):
        bench.publisher.refresh(lambda: done.append(len(bench.published)))
        assert len(bench.rereading) == 1
        bench.reread()
    assert done == [1, 1], "there was a snapshot by then, and nothing new in the second"


def test_an_agent_that_is_silent_is_a_problem_until_it_answers_or_another_netvm_is_chosen(bench):
    bench.publisher.rebuild()
    for silent in (True, True, False, True):
        bench.publisher.agent_silent(silent)
    assert ["agent-silent" in codes(snapshot) for snapshot in bench.published] == [False, True, False, True]
    bench.publisher.follow("other")
    bench.inputs = replace(RUNNING, netvm=OTHER, domains=(NETVM, OTHER))
    bench.publisher.rebuild()
    assert (bench.publisher.netvm, bench.publisher.snapshot.netvm.name) == ("other", "other")
    assert "agent-silent" not in codes(bench.publisher.snapshot)


def test_what_the_netvm_should_not_have_written_is_logged_once(bench, log_guard, caplog):
    log_guard.expect("not valid")
    bench.inputs = replace(RUNNING, agent=AgentReport(), dropped=(keys.AGENT_STATE.at(),))
    bench.publisher.rebuild()
    bench.publisher.rebuild()
    assert "netvm-nonsense" in codes(bench.publisher.snapshot)
    assert len([record for record in caplog.records if "not valid" in record.message]) == 1
