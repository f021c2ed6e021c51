"""docs/dbus.md: up to date, whole, and true of what the helper sends."""

from __future__ import annotations

import re
import typing
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from qnet_gui.dom0 import document
from qnet_gui.dom0.helper import HELPER
from qnet_gui.dom0.upgrade.preflight import preflight
from qnet_gui.model import errors
from qnet_gui.model.config import Config
from qnet_gui.model.dns import Dns, DnsRedirect, ServerAnswer
from qnet_gui.model.domain import Domain, DomainState, Netvm
from qnet_gui.model.fact import Fact
from qnet_gui.model.messages.isolation import IsolationCode
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.route import Route
from qnet_gui.model.snapshot import Isolation, Snapshot, to_wire
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState

ROOT = Path(__file__).parents[2]
TEXT = document.document()


def test_it_is_up_to_date():
    assert (ROOT / "docs/dbus.md").read_text(encoding="utf-8") == TEXT, "`make docs` writes it anew"


@pytest.mark.parametrize("name", [*HELPER.methods, *HELPER.signals, *HELPER.properties])
def test_everything_on_the_bus_is_told_of(name):
    (chapter,) = re.findall(rf"^### `{name}\b.*?(?=^##)", TEXT, re.MULTILINE | re.DOTALL)
    paragraphs = chapter.strip().split("\n\n")
    assert len(paragraphs) > 1, "it has a docstring"
    assert all(paragraph.strip("*").endswith(".") for paragraph in paragraphs[1:])
    if name in HELPER.methods:
        method = HELPER.methods[name]
        assert all(argument in paragraphs[0] for argument in (*method.names, *method.results))
        assert (f"`{method.action}`" in chapter) or "Everyone may" in chapter


def test_every_error_that_travels_is_told_of():
    sent = {kind.name for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)}
    listed = re.findall(
        r"^\| `(\w+)` \|", TEXT[TEXT.index("## Errors") : TEXT.index("## In the property")], re.MULTILINE
    )
    assert set(listed) == sent
    assert len(listed) == len(sent)


def kind_of(value):
    """What `dbus_values.typed` makes of a value."""
    return next(sign for kind, sign in ((bool, "b"), (int, "x"), (dict, "a{sv}"), (list, "av"), (str, "s"))
                if isinstance(value, kind))  # fmt: skip


def filled():
    """A snapshot in which no list of dataclasses is empty."""
    address = IPv4Address("192.168.0.1")
    return Snapshot(
        Netvm("netvm"), (Uplink("eth0", UplinkKind.CABLE, UplinkState.UP, True, servers=(address,)),),
        Dns(redirects=(DnsRedirect(address, address),)), (Domain("work", 2, DomainState.RUNNING),),
        isolation=Isolation((Fact(IsolationCode.LISTENS_ON, kind="tcp", number=22),)),
        problems=(Problem(ProblemCode.NO_UPLINK),),
    )  # fmt: skip


def check(wire, kind, known):
    """A dict has the keys that are told of, of the types that are told."""
    assert {key: kind_of(value) for key, value in wire.items()} == {
        key: signature for key, (signature, _) in known[kind].items()
    }
    if kind in (Problem, Fact):  # it has a form of its own
        return
    for key, hint in typing.get_type_hints(kind).items():
        inner = (*typing.get_args(hint), hint)[0]
        if inner in known:
            for value in wire[key] if isinstance(wire[key], list) else [wire[key]]:
                check(value, inner, known)


def test_the_snapshot_is_what_it_is_told_to_be():
    check(to_wire(filled()), Snapshot, document.forms(Snapshot))


@pytest.mark.parametrize(
    "row", [Route.from_line("0.0.0.0 10.0.0.1 0.0.0.0 UG 0 0 0 eth0"), ServerAnswer(IPv4Address("10.0.0.1"), 3)]
)
def test_rows_are_what_they_are_told_to_be(row):
    check(row.as_dict(), type(row), document.forms(type(row)))


def test_preflight_tells_of_all_that_it_answers_with():
    answer = preflight(Snapshot(Netvm("netvm")), [], [], Config(), None)
    described = set(re.findall(r"`(\w+)`", HELPER.methods["Preflight"].text))
    assert described == {*answer, *answer["obstacles"][0]}
