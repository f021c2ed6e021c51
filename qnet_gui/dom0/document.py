"""docs/dbus.md, made from the declarations: `make docs` writes it anew.

Needs the checkout, for polkit's policy. Nothing of it is written by hand but the words in which it is told.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import sys
import typing
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from types import NoneType
from typing import Any

import dbus

from qnet_gui.dom0 import document_messages
from qnet_gui.dom0.bus.declare import ANYONE, Declaration
from qnet_gui.dom0.bus.interface import Interface
from qnet_gui.dom0.helper import HELPER
from qnet_gui.model.dns import ServerAnswer
from qnet_gui.model.errors import DBUS_PREFIX, QnetError
from qnet_gui.model.repair import Repair
from qnet_gui.model.route import Route
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.traffic import TrafficSample

_POLICY = Path(__file__).parents[2] / "desktop/polkit/org.qnet.policy"
_HEAD = f"""# qnet on the bus

Made by `make docs` from the declarations in `qnet_gui/dom0`; what is written here by hand is lost.

The helper is `{HELPER.interface_name}` on the system bus, which starts it for whoever calls. It has one object,
`{HELPER.path}`, with one interface, `{HELPER.interface_name}`; the chapters are the classes that declare it. Every call
gets one answer. Where an operation begins, that is its number; signals tell how it goes on. One runs at a time.

Arguments are written as `name: type`, by D-Bus's own signatures. Within an `a{{sv}}` every number is an `x`, every list
an `av` and every dict an `a{{sv}}`, so that any binding takes it apart.

Before a method is carried out polkit is asked whether the caller may. `active`: he sits at the screen; `inactive`: he
is logged in, and somebody else sits there; `any`: all others. Where polkit needs a password, somebody is asked for it
only if the call allows interactive authorisation. *Judged first*: what would be refused anyway is refused before that.
"""
#: What is within the results and properties whose signatures do not say it.
_FORMS: tuple[tuple[str, type], ...] = (
    ("the property `Snapshot`", Snapshot),
    ("each row that `GetRoutes` answers with", Route),
    ("each row that `TestNames` answers with", ServerAnswer),
    ("each row that `CheckNetvm` answers with", Repair),
    ("what the signal `Traffic` tells", TrafficSample),
)


def _joined(names: Iterable[str], signature: str) -> str:
    return ", ".join(f"{name}: {kind}" for name, kind in zip(names, dbus.Signature(signature), strict=True))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *rows))


# -- what can be called, and who may


def _actions() -> dict[str, dict[str, str]]:
    """The defaults of each of polkit's actions, by who calls."""
    policy = ElementTree.parse(_POLICY).getroot()  # noqa: S314, our own file
    return {
        str(action.get("id")): {
            default.tag.removeprefix("allow_"): str(default.text) for default in action.iterfind("defaults/*")
        }
        for action in policy.iter("action")
    }


def _who_may(declared: Declaration, actions: dict[str, dict[str, str]]) -> str:
    if declared.action == ANYONE:
        return "Everyone may, and nobody is asked."
    defaults = ", ".join(f"{who} `{answer}`" for who, answer in reversed(actions[declared.action].items()))
    return f"polkit: `{declared.action}` ({defaults})." + (" *Judged first.*" if declared.first else "")


def _interface(interface: type[Interface], actions: dict[str, dict[str, str]]) -> Iterator[str]:
    yield f"## {interface.__name__}"
    yield inspect.getdoc(sys.modules[interface.__module__]) or ""
    yield f"Declared in `{interface.__module__.replace('.', '/')}.py`."
    for property_ in interface.properties:
        yield f"### `{property_.name}: {property_.signature}` (property)"
        yield property_.text
        yield "Everyone may read it."
    for declared, _ in interface.methods.values():
        results = f" → ({_joined(declared.results, declared.gives)})" if declared.gives else ""
        yield f"### `{declared.name}({_joined(declared.names, declared.takes)}){results}`"
        yield declared.text
        yield _who_may(declared, actions)
    for signal in interface.signals:
        yield f"### `{signal.name}({_joined(signal.arguments, signal.signature)})` (signal)"
        yield signal.text


# -- what comes back


def _errors(kind: type[QnetError] = QnetError) -> Iterator[tuple[str, str]]:
    yield f"`{kind.name}`", " ".join((inspect.getdoc(kind) or "").split())
    for child in kind.__subclasses__():
        if child.__module__ == QnetError.__module__:  # others are what callers say to themselves
            yield from _errors(child)


def _type(hint: Any) -> tuple[str, str]:
    """The D-Bus signature of a field's values, and what they are."""
    if typing.get_origin(hint) is tuple:
        return "av", f"list: {_type(typing.get_args(hint)[0])[1]}"
    if NoneType in typing.get_args(hint):
        (inner,) = (argument for argument in typing.get_args(hint) if argument is not NoneType)
        return _type(inner)[0], f"{_type(inner)[1]}; empty for none"
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return "a{sv}", f"[{hint.__name__}](#{hint.__name__.lower()})"
    if issubclass(hint, enum.Enum):
        return "s", ", ".join(f"`{member.value}`" for member in hint)
    return {bool: ("b", "yes or no"), int: ("x", "number"), str: ("s", "text"), IPv4Address: ("s", "address")}[hint]


def forms(kind: type) -> dict[type, dict[str, tuple[str, str]]]:
    """A dataclass and all that it is made of: for each key its D-Bus signature and what it is."""
    if own := getattr(kind, "PLAIN_FORM", None):
        return {kind: dict(own)}
    hints = typing.get_type_hints(kind)
    keys = {field.name: hints[field.name] for field in dataclasses.fields(kind)}
    made_of = {kind: {name: _type(hint) for name, hint in keys.items()}}
    for hint in keys.values():
        for inner in (hint, *typing.get_args(hint)):
            if dataclasses.is_dataclass(inner) and isinstance(inner, type):
                made_of |= forms(inner)
    return made_of


def _form(about: str, kind: type) -> Iterator[str]:
    yield f"## In {about}"
    for part, keys in forms(kind).items():
        yield f"### {part.__name__}"
        yield inspect.getdoc(part) or ""
        yield _table(("Key", "Type", "Values"), [(f"`{key}`", f"`{kind}`", what) for key, (kind, what) in keys.items()])


def document() -> str:
    """All of docs/dbus.md."""
    actions = _actions()
    parts = [_HEAD]
    for interface in HELPER.interfaces:
        parts += _interface(interface, actions)
    parts += ["## Errors", f"Their names begin with `{DBUS_PREFIX}`."]
    parts += [_table(("Name", "Meaning"), _errors())]
    parts += [
        "A call that fits no declaration ends with an error of the bus's own, `org.freedesktop.DBus.Error.*`.",
        "The body of one of ours is a [message](#messages).",
    ]
    for about, kind in _FORMS:
        parts += _form(about, kind)
    parts += document_messages.chapters()
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
