"""Every code, its sentence and its arguments; and their form on the bus, which somebody else may have made."""

from __future__ import annotations

import json
import time

import pytest
from message_samples import CODES, WRONG, arguments, sample

from qnet_gui.model.errors import Busy, QnetError, Refused
from qnet_gui.model.messages.code import KINDS, Plural
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message, argument_names
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.problem import AGENT_CODES, BLIND_CODES, Problem
from qnet_gui.model.wire import message_wire
from qnet_gui.runtime.dbus_values import plain, typed


def test_words_are_the_names_and_none_is_there_twice():
    assert [code.value for code in CODES] == [code.name.lower().replace("_", "-") for code in CODES]
    assert len({code.value for code in CODES}) == len(CODES) > 300


@pytest.mark.parametrize("code", CODES)
def test_every_code_can_be_raised_and_said(code):
    error = Refused(code, **arguments(code))
    assert error.sentence == str(error) == error.translated == error.message.english
    assert error.sentence
    assert "{" not in error.sentence
    assert all("  " not in literal and literal == literal.strip() for literal in code.literals)


@pytest.mark.parametrize("code", CODES)
def test_arguments_that_do_not_fit_fail_at_once(code):
    given = arguments(code)
    for name in given:
        assert name in KINDS
        with pytest.raises(TypeError):
            Refused(code, **{other: value for other, value in given.items() if other != name})
        with pytest.raises(TypeError):
            Refused(code, **{**given, name: WRONG[KINDS[name]]})
    with pytest.raises(TypeError):
        Refused(code, **given, surplus="x")


def test_nothing_is_raised_without_a_code():
    for what in ("netvm is paused.", "netvm-paused", None):
        with pytest.raises(TypeError):
            Refused(what)
    with pytest.raises(TypeError):
        Refused(Message(UpgradeCode.NETVM_GONE), name="netvm")


def test_every_problem_has_a_cure_and_agents_may_report_some():
    for code in ProblemCode:
        problem = Problem(code, **arguments(code))
        assert problem.sentence.endswith(".")
        assert problem.cure.endswith(".")
        assert "{" not in problem.cure
    assert {code for code in CODES if code.cure} == set(ProblemCode)
    assert set(ProblemCode) >= AGENT_CODES | BLIND_CODES
    assert not any(argument_names(code) for code in AGENT_CODES)


def test_how_arguments_are_written(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    paused = Message(UpgradeCode.CONNECTED, until=1_700_000_000, count=2, names=("personal", "work"))
    assert (
        paused.english == "dom0 is connected to the network until 2023-11-14 22:13. Paused: 2 domains: personal, work."
    )
    one = Message(UpgradeCode.PAUSED_OTHERS, count=1, names=("work",))
    assert one.english == "paused 1 domain: work"
    reason = Message(DomainCode.CARD_REFUSED, why="no {name} %s")
    moved = Message(DomainCode.NOT_MOVED, name="work", why=reason)
    together = Message(HelperCode.SENTENCES, sentences=(Message(DomainCode.IS_NETVM, netvm="b"), moved))
    assert together.english == (
        "b is the netvm now. work could not be moved: The netvm refused its card: no {name} %s."
    )
    blocked = Message(UpgradeCode.IN_THE_WAY, problem=Problem(ProblemCode.MANAGED, manager="xapi"))
    assert blocked.english == (
        "The domains of this host belong to xapi, so qnet only shows them. Change them with the tools of xapi."
    )
    assert Message(HelperCode.AGENT_NO_ANSWER, seconds=3.0).english.startswith(
        "The agent in netvm did not answer within 3 s"
    )
    assert Message(HelperCode.AGENT_NO_ANSWER, seconds=0.5).english.startswith(
        "The agent in netvm did not answer within 0.5"
    )


@pytest.mark.parametrize("code", CODES)
def test_every_code_comes_back_from_the_bus_and_from_json(code):
    message = sample(code)
    plain_arguments = message_wire.arguments(message)
    assert message_wire.read(code.value, plain(typed(plain_arguments))) == message
    assert message_wire.from_plain(json.loads(json.dumps(message_wire.as_plain(message)))) == message
    assert message_wire.from_parts("Something else.", code.value, plain_arguments) == message


def test_a_problem_comes_back_and_nothing_else_is_one():
    problem = Problem(ProblemCode.DOM0_NIC, nics=("eth0", "eth1"))
    assert Problem.from_plain({"code": "dom0-nic", "arguments": {"nics": ["eth0", "eth1"]}}) == problem
    assert Problem.from_plain(problem.as_plain()) == problem
    for nonsense in (
        {"code": "netvm-gone", "arguments": {}},
        {"code": "dom0-nic", "arguments": {}},
        {},
        None,
        "no-dns",
    ):
        with pytest.raises(ValueError, match="no problem"):
            Problem.from_plain(nonsense)


def _deep(levels: int) -> dict[str, object]:
    inner: dict[str, object] = {"code": "netvm-gone", "arguments": {}}
    for _ in range(levels):
        inner = {"code": "put-back", "arguments": {"why": inner}}
    return inner


HOSTILE = [
    ("from-the-future", {}),
    ("", {}),
    (None, {}),
    (7, {}),
    (["netvm-gone"], {}),
    ("netvm-gone", None),
    ("netvm-gone", []),
    ("netvm-gone", {"name": "x"}),
    ("netvm-paused", {}),
    ("netvm-paused", {"name": 7}),
    ("netvm-paused", {"name": ["x"]}),
    ("netvm-paused", {7: "x"}),
    ("netvm-paused", {"name": {"code": "netvm-gone", "arguments": {}}}),
    ("domain-id-unknown", {"id": True}),
    ("domain-id-unknown", {"id": 1.5}),
    ("domain-id-unknown", {"id": 2**60}),
    ("agent-no-answer", {"seconds": float("nan")}),
    ("agent-no-answer", {"seconds": float("inf")}),
    ("connected-alone", {"until": 2**50}),
    ("connected-alone", {"until": -1}),
    ("were-moved", {"names": "work"}),
    ("were-moved", {"names": ["x"] * 2000}),
    ("were-moved", {"names": ["x" * 500] * 500}),
    ("were-moved", {"names": [["x"]]}),
    ("were-moved", {"names": [7]}),
    ("sentences", {"sentences": ["x"]}),
    ("in-the-way", {"problem": {"code": "netvm-gone", "arguments": {}}}),
    ("put-back", {"why": {"code": "netvm-gone"}}),
    ("put-back", {"why": {"code": "netvm-gone", "arguments": {}, "more": 1}}),
    ("put-back", {"why": _deep(10)}),
    ("put-back", {"why": _deep(500)}),
]


@pytest.mark.parametrize(("code", "given"), HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_of_another_form_is_dropped_to_the_plain_sentence(code, given):
    assert message_wire.read(code, given) is None
    message = message_wire.from_parts("Etwas ist\nanders \N{SNOWMAN}." + "x" * 1000, code, given)
    assert message.code is HelperCode.SAID
    assert message.english.startswith("Etwas ist?anders ?.xxx")
    assert len(message.english) == message_wire.SENTENCE


def test_texts_are_reduced_to_what_may_be_shown():
    message = message_wire.from_parts("", "netvm-paused", {"name": "ne\N{RIGHT-TO-LEFT OVERRIDE}t\n" + "x" * 1000})
    assert message.code is DomainCode.NETVM_PAUSED
    assert message.english.startswith("ne?t?xxx")
    assert len(message.english) < 600


def test_as_deep_as_we_nest_ourselves():
    message = Message(UpgradeCode.NETVM_GONE)
    for _ in range(5):
        message = Message(UpgradeCode.PUT_BACK, why=message)
    assert message_wire.read("put-back", message_wire.arguments(message)) == message


@pytest.mark.parametrize("wire", [None, 7, "x", [], {}, {"sentence": 7}, {"code": "netvm-gone", "arguments": {}}])
def test_what_has_no_sentence_is_none(wire):
    with pytest.raises(ValueError, match="sentence"):
        message_wire.from_plain(wire)


def test_an_error_may_be_raised_of_a_message():
    message = Message(HelperCode.BUSY_CONNECTING, user="root")
    assert Busy(message).message is message
    assert isinstance(Busy(message), QnetError)
    assert Message(ValueCode.NOT_ASCII, value="x") != Message(ValueCode.NOT_IPV4, value="x")


def test_plurals_have_a_number():
    plurals = [code for code in CODES if isinstance(code.form, Plural)]
    assert plurals
    for code in plurals:
        assert all("{count}" in form for form in code.form)
