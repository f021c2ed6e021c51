"""What people and programs see of an operation, and the words before it: pure functions and two displays."""

from __future__ import annotations

import io
import json
import time

import pytest

from qnet_gui.cli import netvm
from qnet_gui.cli.bus import operations
from qnet_gui.cli.bus.line import Ended
from qnet_gui.cli.bus.progress import ForPeople, ForPrograms
from qnet_gui.cli.dom0 import connection
from qnet_gui.model import preflight
from qnet_gui.model.domain import Domain, DomainState, Netvm
from qnet_gui.model.errors import FAILED, Busy, QnetError, Refused
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot

STEPS = [
    (3, "pause", "begun", plain("pausing the other domains")),
    (3, "pause", "done", plain("paused 2 domains: personal, work")),
    (3, "attach", "begun", plain("attaching dom0 to the netvm")),
    (3, "attach", "failed", plain("dom0's card did not appear.")),
    (3, "pause", "undone", plain("resumed 2 domains: personal, work")),
]


class InterruptedLine:
    """A line to a helper that is at work when somebody presses Ctrl-C, so often."""

    def __init__(self, often: int) -> None:
        self.often = often

    def call(self, *_: object) -> int:
        return 3

    def ignore_hangup(self) -> None:
        pass

    def news(self) -> Ended:
        self.often -= 1
        if self.often >= 0:
            raise KeyboardInterrupt
        return Ended(3, "", plain("dom0 is disconnected."))


@pytest.mark.parametrize(
    ("task", "often", "sentence"),
    [
        (operations.operation("AttachDomain", ""), 1, "The network helper goes on with it."),
        (connection._put_back, 0, "Everything has been put back. dom0 is disconnected."),
        (connection._put_back, 1, "The network helper goes on putting everything back."),
    ],
)
def test_to_programs_what_was_interrupted_has_failed(task, often, sentence):
    """The end had no error in it: dom0 was connected, to who had asked for that."""
    shown = io.StringIO()
    assert task(InterruptedLine(often), ForPrograms(shown)) == 130
    end = json.loads(shown.getvalue().splitlines()[-1])
    assert (end["error"], end["sentence"]) == (FAILED, sentence)
    terminal = Terminal()
    assert task(InterruptedLine(often), ForPeople(terminal, {"TERM": "xterm"})) == 130
    assert terminal.getvalue().splitlines()[-1].endswith(sentence)


class Terminal(io.StringIO):
    def __init__(self, encoding="utf-8", isatty=True):
        super().__init__()
        self._encoding, self._isatty = encoding, isatty

    @property
    def encoding(self):
        return self._encoding

    def isatty(self):
        return self._isatty


def shown(stream, term="xterm", columns=80, error=""):
    display = ForPeople(stream, {"TERM": term} if term else {}, columns)
    display.say("dom0 will be connected.")
    for step in STEPS:
        display.step(*step)
    display.ended(error, "dom0 is connected.")
    return stream.getvalue()


def screen(text):
    """What is left to be seen of it."""
    return [line.rpartition("\r\x1b[K")[2] for line in text.split("\n")]


def test_at_a_terminal_the_outcome_takes_the_place_of_the_step():
    text = shown(Terminal())
    assert screen(text) == [
        "dom0 will be connected.",
        "  ✓ paused 2 domains: personal, work",
        "  ✗ dom0's card did not appear.",
        "  ↩ resumed 2 domains: personal, work",
        "dom0 is connected.",
        "",
    ]
    assert "  … pausing the other domains\r\x1b[K  ✓ paused" in text


def test_a_terminal_that_is_not_utf8_gets_plain_marks():
    text = shown(Terminal("iso-8859-1"))
    assert screen(text)[1:4] == [
        "  [done] paused 2 domains: personal, work",
        "  [failed] dom0's card did not appear.",
        "  [undone] resumed 2 domains: personal, work",
    ]
    assert text.isascii()


@pytest.mark.parametrize("stream", [lambda: Terminal(isatty=False), lambda: Terminal()])
@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_file_and_a_dumb_terminal_get_plain_lines(stream, term):
    text = shown(stream(), term)
    assert text.isascii()
    assert "\x1b" not in text
    assert "\r" not in text
    assert "pausing" not in text
    assert text.splitlines()[1] == "  [done] paused 2 domains: personal, work"


def test_a_step_under_way_never_wraps():
    stream = Terminal()
    ForPeople(stream, {"TERM": "xterm"}, 20).step(1, "pause", "begun", plain("x" * 50))
    assert len(stream.getvalue()) == 19


def test_an_error_is_left_to_whoever_tells_errors_and_nothing_half_is_left():
    stream = Terminal()
    display = ForPeople(stream, {"TERM": "xterm"})
    display.step(1, "pause", "begun", plain("pausing"))
    display.ended("org.qnet.Error.Refused", "No.")
    assert screen(stream.getvalue()) == [""]
    display.ended("", "Well.")
    assert stream.getvalue().endswith("\x1b[KWell.\n")


def test_a_step_that_did_nothing_is_not_shown():
    stream = Terminal()
    display = ForPeople(stream, {"TERM": "xterm"})
    display.step(1, "pause", "begun", plain("pausing"))
    display.step(1, "pause", "done", plain(""))
    assert screen(stream.getvalue()) == [""]


def test_programs_get_an_object_a_line():
    stream = Terminal()
    display = ForPrograms(stream)
    display.say("only for people")
    display.operation = 3
    for step in STEPS:
        display.step(*step)
    display.ended("org.qnet.Error.Refused", Message(DomainCode.NETVM_PAUSED, name="netvm"))
    display.ended("", "Until then.", until=7)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    text = "pausing the other domains"
    assert lines[0] == {
        "operation": 3, "step": "pause", "state": "begun", "text": text, "code": "plain", "arguments": {"text": text},
    }  # fmt: skip
    assert lines[-2] == {
        "operation": 3, "error": "org.qnet.Error.Refused", "sentence": "netvm is paused. Unpause it.",
        "code": "netvm-paused", "arguments": {"name": "netvm"},
    }  # fmt: skip
    assert lines[-1] == {"operation": 3, "error": "", "sentence": "Until then.", "until": 7}
    assert len(lines) == 7


# -- before it

ANSWER = {
    "busy": [], "obstacles": [], "pause": ["personal", "work"], "paused": ["vault"], "netvm": "netvm",
    "uplink": "eth0 (cable)", "names": True, "allowed": ["names", "http", "tcp 8080"], "minutes": 60,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_what_will_happen_in_words():
    text = preflight.words(preflight.from_answer(ANSWER), 0, 8 * 3600)
    assert text.splitlines() == [
        "dom0 will be connected to the network through netvm, eth0 (cable), for 60 minutes, until 09:00.",
        "Paused meanwhile: personal and work.",
        "Paused already, and left so: vault.",
        "Let out of dom0: names, http and tcp 8080. Nothing is let in.",
    ]


def test_what_will_happen_where_there_is_little():
    answer = {**ANSWER, "pause": [], "paused": [], "uplink": "", "names": False, "allowed": []}
    text = preflight.words(preflight.from_answer(answer), 1, 0)
    assert text.splitlines() == [
        "dom0 will be connected to the network through netvm, for 1 minute, until 00:01.",
        "There is no other domain to be paused.",
        "Let out of dom0: nothing. Nothing is let in.",
        "Names do not resolve at present, so an upgrade will hardly find its servers.",
    ]


def test_what_stands_in_the_way():
    preflight.check(preflight.from_answer(ANSWER))
    obstacles = [
        {"code": "netvm-paused", "sentence": "It is paused.", "arguments": {"name": "netvm"}},
        {"code": "of-another-version", "sentence": "A card.", "arguments": {}},
    ]
    with pytest.raises(Refused, match=r"^netvm is paused\. Unpause it\. A card\.$"):
        preflight.check(preflight.from_answer({**ANSWER, "obstacles": obstacles}))
    busy = [{"code": "busy-connecting", "sentence": "", "arguments": {"user": "root"}}]
    with pytest.raises(Busy, match=r"^root is connecting dom0 to the network\. Wait until that is done\.$"):
        preflight.check(preflight.from_answer({**ANSWER, "busy": busy, "obstacles": obstacles}))


@pytest.mark.parametrize("answer", [None, [], {}, {**ANSWER, "obstacles": [7]}, {**ANSWER, "minutes": "soon"}])
def test_another_versions_answer(answer):
    with pytest.raises(QnetError, match="another version"):
        preflight.from_answer(answer)


@pytest.mark.parametrize(
    ("names", "text"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_lists_in_words(names, text):
    assert preflight.listed(names) == text


# -- and after it


@pytest.mark.parametrize(
    ("link", "text"),
    [
        (Dom0Connection(), "dom0 is not connected to the network."),
        (Dom0Connection(Dom0State.CONNECTING, 3600, ("work",), "root"),
         "dom0 is being connected to the network. Paused meanwhile: work."),
        (Dom0Connection(Dom0State.OPEN, 3600, ("personal", "work"), "joanna"),
         "dom0 is connected to the network until 01:00, for another 60 minutes. joanna connected it. "
         "Paused meanwhile: personal and work."),
        (Dom0Connection(Dom0State.OPEN, -5),
         "dom0 is connected to the network until 1969-12-31 23:59, for another 0 minutes."),
        (Dom0Connection(Dom0State.CLOSING, 3600), "dom0 is being disconnected from the network."),
    ],
)  # fmt: skip
def test_how_dom0_stands_to_the_network(link, text):
    assert connection.state(Snapshot(Netvm("netvm"), dom0=link), 0) == text


def test_who_might_be_the_netvm():
    domains = (
        Domain("work", 2, DomainState.RUNNING, vif="vif2.0", netvm="netvm"),
        Domain("vault", 3, DomainState.RUNNING),
        Domain("netvm2", 4, DomainState.RUNNING, serves=True),
    )
    assert netvm.candidates(Snapshot(Netvm("netvm", 1), domains=domains)) == ["netvm", "netvm2"]
