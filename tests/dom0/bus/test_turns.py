"""Who is next, and who has asked for too much: pure, by callers of several users with several connections."""

from __future__ import annotations

from qnet_gui.dom0.bus.callers import ROOT, Caller
from qnet_gui.dom0.bus.turns import URGENT, USUAL, Turns
from qnet_gui.model.messages.helper import HelperCode

ALICE, BOB = 1000, 1001


class Office:
    """Calls that say who made them when their turn comes."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.served: list[str] = []

    def ask(self, caller: Caller, urgent: bool = False) -> object:
        refusal = self.turns.refusal(caller, urgent)
        if refusal is None:
            self.turns.add(caller, urgent, lambda: self.served.append(caller.name + "!" * urgent))
        return refusal

    def serve(self) -> list[str]:
        while begins := self.turns.round():
            for begin in begins:
                begin()
        served, self.served = self.served, []
        return served


def test_users_take_turns_and_the_connections_of_each_too() -> None:
    office, noisy, quiet, other = Office(), Caller("noisy", ALICE), Caller("quiet", ALICE), Caller("other", BOB)
    for _ in range(4):
        office.ask(noisy)
    office.ask(quiet)
    office.ask(other)
    office.ask(other)
    assert office.serve() == ["noisy", "other", "quiet", "other", "noisy", "noisy", "noisy"]


def test_root_is_first_and_the_way_back_before_all() -> None:
    office, alice, root = Office(), Caller("alice", ALICE), Caller("root", ROOT)
    for _ in range(3):
        office.ask(alice)
        office.ask(alice, urgent=True)
    office.ask(root)
    office.ask(root, urgent=True)
    assert office.serve() == ["root!", "root", "alice!", "alice", "alice!", "alice", "alice!", "alice"]


def test_a_connection_a_user_and_all_may_have_so_many() -> None:
    office, alone = Office(), Caller("alone", ALICE)
    refusals = [office.ask(alone) for _ in range(50)]
    assert refusals == [None] * USUAL.connection + [HelperCode.CALLS_TOO_MANY] * (50 - USUAL.connection)
    refusals = [office.ask(Caller("another", ALICE)) for _ in range(50)]
    assert refusals.count(None) == USUAL.user - USUAL.connection
    refusals = [office.ask(Caller("somebody", uid)) for uid in range(2000, 2500)]
    assert refusals.count(None) == USUAL.everybody - USUAL.user
    assert refusals[-1] is HelperCode.CALLS_OF_OTHERS


def test_the_way_back_has_room_whatever_there_is_and_root_always_has() -> None:
    office, alice, root = Office(), Caller("alice", ALICE), Caller("root", ROOT)
    while office.ask(alice) is None:
        pass
    assert [office.ask(alice, urgent=True) for _ in range(9)].count(None) == URGENT.connection
    for uid in range(2000, 3000):
        office.ask(Caller("somebody", uid))
        office.ask(Caller("somebody", uid), urgent=True)
    assert office.ask(Caller("bob", BOB)) is HelperCode.CALLS_OF_OTHERS
    assert [office.ask(root) or office.ask(root, urgent=True) for _ in range(100)] == [None] * 100


def test_an_answer_makes_room_again() -> None:
    office, alice = Office(), Caller("alice", ALICE)
    for _ in range(1000):
        assert office.ask(alice) is None
        office.serve()
        office.turns.answered(alice, False)
    assert alice.open == [0, 0]
    assert office.turns._queues[0]._of_user == {}
