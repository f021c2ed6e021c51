"""Calls as they should not be: each gets an error that says what was wrong with it, and the helper lives on.

Root makes them, so that polkit stands in nobody's way.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import dbus
import pytest
from dbus.lowlevel import ErrorMessage, MethodCallMessage
from helper_dom0 import NAME, PATH, PROPERTIES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qnet_gui.dom0.helper import HELPER
from qnet_gui.model.errors import DBUS_PREFIX
from qnet_gui.model.wire.message_wire import read
from qnet_gui.runtime.dbus_values import plain

HUGE = 2**32 - 1
INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
BUS_ERROR = "org.freedesktop.DBus.Error."
#: What a caller may be told who makes no sense. Not Failed, which is for what nobody thought of, nor NoReply.
KNOWN = {
    *(BUS_ERROR + name for name in ("InvalidArgs", "UnknownMethod", "UnknownProperty", "PropertyReadOnly")),
    *("org.qnet.Error." + name for name in ("BadInput", "NotFound", "Busy", "Refused", "Hypervisor")),
}
METHODS = HELPER.methods
VALUES = {"u": 2, "s": "work", "b": True, "i": -1, "x": 2, "v": "work", "as": ["work"], "a{sv}": {"work": 2}}


@pytest.fixture(autouse=True)
def lives_on(lasting_dom0):
    """The same helper from the first call to the last."""
    owner = lasting_dom0.bus.get_name_owner(NAME)
    yield
    assert lasting_dom0.helper.poll() is None
    assert lasting_dom0.bus.get_name_owner(NAME) == owner
    lasting_dom0.until(lambda snapshot: snapshot.operation.id == 0)


def attempt(dom0, member, signature="", *arguments, interface=NAME, path=PATH):
    """The name and the sentence of the error that a call ends with; two empty ones for none."""
    answer = answer_of(dom0, member, signature, *arguments, interface=interface, path=path)
    if not isinstance(answer, ErrorMessage):
        return "", ""
    said = str(answer.get_args_list()[0])
    assert not any(word in said for word in ("Traceback", "File ", ".py", "0x")), said
    if answer.get_error_name().startswith(DBUS_PREFIX):
        assert answer.get_signature() == "ssa{sv}"
        _, code, arguments = plain(answer.get_args_list())
        assert str(read(code, arguments)) == said
    return str(answer.get_error_name()), said


def answer_of(dom0, member, signature="", *arguments, interface=NAME, path=PATH):
    """The message that answers a call."""
    message = MethodCallMessage(NAME, path, interface, member)
    message.append(*arguments, signature=signature)
    answers = []
    dom0.bus.send_message_with_reply(message, answers.append, 10).block()
    return answers[0]


# -- introspection


@pytest.fixture
def node(lasting_dom0):
    return ElementTree.fromstring(lasting_dom0.call("Introspect", interface=INTROSPECTABLE))  # noqa: S314


def signature_of(element, direction=None):
    return "".join(argument.get("type") for argument in element.iter("arg") if argument.get("direction") == direction)


def test_introspection_tells_of_everything_there_is(node):
    interfaces = {interface.get("name"): interface for interface in node.iter("interface")}
    assert set(interfaces) == {NAME, PROPERTIES, INTROSPECTABLE}
    own = interfaces[NAME]
    assert {
        method.get("name"): (signature_of(method, "in"), signature_of(method, "out")) for method in own.iter("method")
    } == {name: (declared.takes, declared.gives) for name, declared in METHODS.items()}
    signals = {signal.get("name"): signature_of(signal) for signal in own.iter("signal")}
    assert signals == {"Step": "ussssa{sv}", "OperationEnded": "usssa{sv}", "Traffic": "a{sv}"}
    assert {listed.get("name"): listed.get("type") for listed in own.iter("property")} == {
        name: declared.signature for name, declared in HELPER.properties.items()
    }


def test_introspection_names_whatever_goes_in_and_comes_out(node):
    for element in [*node.iter("method"), *node.iter("signal")]:
        names = [argument.get("name") for argument in element.iter("arg")]
        assert all(names)
        assert len(set(names)) == len(names), element.get("name")


def test_the_interfaces_that_introspection_shows_are_whole(lasting_dom0, node):
    """Whatever is shown of the standard interfaces answers, and whatever answers is shown."""
    shown = {method.get("name") for method in node.iter("method")}
    for member in ("Get", "GetAll", "Set", "Introspect"):
        interface = INTROSPECTABLE if member == "Introspect" else PROPERTIES
        assert member in shown
        assert attempt(lasting_dom0, member, interface=interface)[0] in ("", BUS_ERROR + "InvalidArgs")
    assert attempt(lasting_dom0, "Ping", interface="org.freedesktop.DBus.Peer") == ("", "")


def test_a_browser_of_the_bus_finds_the_object(lasting_dom0):
    path = ""
    while path != PATH:
        said = lasting_dom0.bus.call_blocking(NAME, path or "/", INTROSPECTABLE, "Introspect", "", ())
        (child,) = ElementTree.fromstring(said).findall("node")  # noqa: S314
        path += "/" + child.get("name")


# -- what makes no sense


@pytest.mark.parametrize("name", METHODS)
def test_other_arguments_than_declared(lasting_dom0, name):
    takes = METHODS[name].takes
    for signature in {"", *VALUES, takes + "u", takes + "s", "u" + takes} - {takes}:
        arguments = [VALUES[kind] for kind in dbus.Signature(signature)]
        error = attempt(lasting_dom0, name, signature, *arguments)
        assert error == (BUS_ERROR + "InvalidArgs", f"{name} takes {takes or 'nothing'}.")


@pytest.mark.parametrize("name", [name for name in METHODS if "u" in METHODS[name].takes])
@pytest.mark.parametrize("number", [HUGE, 2**31, 2**31 - 1, 65536])
def test_huge_numbers(lasting_dom0, name, number):
    """There is no such domain, and nobody may connect dom0 for so long."""
    takes = METHODS[name].takes
    arguments = [number if kind == "u" else VALUES[kind] for kind in dbus.Signature(takes)]
    error, sentence = attempt(lasting_dom0, name, takes, *arguments)
    assert error in ("org.qnet.Error.BadInput", "org.qnet.Error.NotFound")
    assert sentence.endswith(".")


@pytest.mark.parametrize("name", [name for name in METHODS if "s" in METHODS[name].takes])
@pytest.mark.parametrize(
    "text", ["x" * 100_000, "\x1b[31m\n<b>", "../../etc", "\u202eabc\U0001f600", "$(reboot)", "%s"]
)
def test_strange_texts(lasting_dom0, name, text):
    """What comes back of them is short and printable."""
    takes = METHODS[name].takes
    arguments = [text if kind == "s" else VALUES[kind] for kind in dbus.Signature(takes)]
    error, sentence = attempt(lasting_dom0, name, takes, *arguments)
    assert error in ("org.qnet.Error.BadInput", "org.qnet.Error.NotFound")
    assert sentence.isascii()
    assert sentence.isprintable()
    assert len(sentence) < 300


def test_what_is_not_there(lasting_dom0):
    unknown = BUS_ERROR + "UnknownMethod"
    assert attempt(lasting_dom0, "Nonsense") == (unknown, "There is no method Nonsense here.")
    assert attempt(lasting_dom0, "reapply")[0] == unknown
    assert attempt(lasting_dom0, "reapply", interface=PROPERTIES)[0] == unknown
    assert attempt(lasting_dom0, "Reapply", interface=PROPERTIES)[0] == unknown
    assert attempt(lasting_dom0, "Reapply", path="/")[0] == unknown
    assert attempt(lasting_dom0, "Reapply", path=PATH + "/more")[0] == unknown
    assert attempt(lasting_dom0, "__init__")[0] == unknown


def test_properties_that_are_not_there_and_cannot_be_written(lasting_dom0):
    def get(*what, member="Get", signature="ss"):
        return attempt(lasting_dom0, member, signature, *what, interface=PROPERTIES)[0]

    assert get(NAME, "Version") == get("", "Version") == ""
    assert get(NAME, "Nonsense") == get(NAME, "") == BUS_ERROR + "UnknownProperty"
    assert get("org.other", "Version") == "org.qnet.Error.BadInput"
    assert get("org.other", member="GetAll", signature="s") == "org.qnet.Error.BadInput"
    for name in ("Version", "Nonsense"):  # what is to be written is not even looked at
        assert get(NAME, name, "9", member="Set", signature="ssv") == BUS_ERROR + "PropertyReadOnly"


# -- anything

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300)
KINDS = {
    "u": st.integers(0, HUGE), "i": st.integers(-(2**31), 2**31 - 1), "x": st.integers(-(2**63), 2**63 - 1),
    "y": st.integers(0, 255), "b": st.booleans(), "d": st.floats(), "s": texts, "v": texts | st.booleans(),
    "o": st.just("/"), "g": st.just("a{sv}"), "as": st.lists(texts, max_size=5), "ay": st.binary(max_size=300),
    "a{sv}": st.dictionaries(texts, texts | st.booleans(), max_size=5), "(us)": st.tuples(st.integers(0, HUGE), texts),
}  # fmt: skip


def arguments_of(signature):
    return st.tuples(st.just(signature), st.tuples(*(KINDS[kind] for kind in dbus.Signature(signature))))


def calls(member):
    """Half of them with the arguments that the member takes."""
    takes = {"Get": "ss", "GetAll": "s", "Set": "ssv"}.get(member, METHODS[member].takes if member in METHODS else "")
    anything = st.lists(st.sampled_from(sorted(KINDS)), max_size=4).map("".join)
    return st.tuples(st.just(member), (st.just(takes) | anything).flatmap(arguments_of))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([*METHODS, "Get", "GetAll", "Set", "Introspect", "Nonsense"]).flatmap(calls),
    st.sampled_from([NAME, PROPERTIES, INTROSPECTABLE]),
)
def test_anything(lasting_dom0, call, interface):
    member, (signature, arguments) = call
    error, sentence = attempt(lasting_dom0, member, signature, *arguments, interface=interface)
    assert error in KNOWN | {""}
    assert len(sentence) < 500
