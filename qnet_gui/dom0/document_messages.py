"""The chapters of docs/dbus.md about messages: their form, and every code with its sentence. Pure."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from qnet_gui.model.messages.code import KINDS, Code, Kind
from qnet_gui.model.messages.message import argument_names
from qnet_gui.model.wire.message_wire import codes

_NESTED = "`a{sv}`: a message, as the keys `code: s` and `arguments: a{sv}`"
_KINDS = {
    Kind.TEXT: "`s`",
    Kind.NUMBER: "`x`",
    Kind.SECONDS: "`x` or `d`, seconds",
    Kind.MOMENT: "`x`, seconds since the epoch; said as the hour of a clock",
    Kind.REASON: f"`s`, or {_NESTED}",
    Kind.PROBLEM: f"{_NESTED}; one of a problem, which is said with its cure",
    Kind.LIST: "`av` of texts or messages, said with commas between them",
    Kind.SENTENCES: "`av` of messages, said one after the other",
}
_FORM = """What is said to a person is a message: the English sentence (`s`), which any tool can show, a code (`s`) for
programs, and the code's arguments by name (`a{sv}`). They are the three parts of the body of every error of ours, and
of the signals of operations; within other data they are the keys `sentence`, `code` and `arguments`. Whoever does not
know a code shows the sentence. What another domain or a program wrote comes in arguments only, reduced to printable
ASCII. An argument of one name is of one kind in every message:"""


def _rows(kind: type[Code]) -> Iterator[str]:
    for code in kind:
        form = code.form if isinstance(code.form, str) else code.form.many
        yield f"| `{code.value}` | {form} |"


def chapters() -> Iterator[str]:
    """The parts of it, in their order."""
    yield "## Messages"
    yield _FORM
    used = {name for code in codes().values() for name in argument_names(code)}
    names = {kind: [f"`{name}`" for name, of in KINDS.items() if of is kind and name in used] for kind in Kind}
    rows = (f"| {', '.join(names[kind])} | {_KINDS[kind]} |" for kind in Kind)
    yield "\n".join(["| Arguments | Are |", "| --- | --- |", *rows])
    for kind in sorted({type(code) for code in codes().values()}, key=lambda code_type: code_type.__name__):
        yield f"### {kind.__name__}"
        yield inspect.getdoc(kind) or ""
        yield "\n".join(["| Code | Sentence |", "| --- | --- |", *_rows(kind)])
