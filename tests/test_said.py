"""Nothing is said to a person but what is declared as a code: what the program text can tell of that.

Types hold the rest: an error takes a `Code` or a `Message`, so mypy refuses a sentence.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import qnet_gui
from qnet_gui.model.errors import kinds
from qnet_gui.model.messages.code import Code
from qnet_gui.model.messages.message import argument_names
from qnet_gui.model.wire.message_wire import codes

PACKAGE = Path(qnet_gui.__file__).parent
ROOMS = (
    "model", "runtime", "store", "kernel", "hypervisor", "netvm", "guest", "display", "netmap", "dom0", "doctor",
    "tray", "cli", "applethost", "lab", "install",
)  # fmt: skip
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.relative_to(PACKAGE).parts[0].split(".")[0] in ROOMS]
#: What holds a sentence that is no literal of ours, and who may make a message of it.
_VERBATIM = {"SAID": {"model/wire/message_wire.py"}, "PLAIN": {"model/messages/plain.py", "hypervisor/lab.py"}}
#: What a step is told with, and where in it the message stands; the last one is the lifecycle's `tell`.
_PROGRESS = {"begun": 1, "done": 1, "failed": 1, "undone": 1, "_tell": 2}
_CODES = {kind.__name__: kind for kind in (*Code.__subclasses__(), Code)}
assert len(codes()) > 300


def _import_all() -> None:
    """Every module that defines a kind of errors, so that none is missed."""
    for path in MODULES:
        if "(QnetError)" in (text := path.read_text(encoding="utf-8")) or "(HelperAway)" in text:
            importlib.import_module("qnet_gui." + str(path.relative_to(PACKAGE).with_suffix("")).replace("/", "."))


_import_all()
ERRORS = {kind.__name__ for kind in kinds()}


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def _calls(path: Path) -> Iterator[ast.Call]:
    yield from (node for node in _nodes(path) if isinstance(node, ast.Call))


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _code(node: ast.expr) -> Code | None:
    """The code that an expression names, as `UpgradeCode.PUT_BACK` does."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in _CODES:
        return _CODES[node.value.id][node.attr]
    return None


def _is_text(node: ast.expr) -> bool:
    """Whether an expression is a text that was put together here."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.BinOp():
            return True
        case ast.Call(func=ast.Attribute(attr="join" | "format")) | ast.Call(func=ast.Name(id="str" | "tr")):
            return True
        case ast.IfExp(body=body, orelse=otherwise):
            return _is_text(body) or _is_text(otherwise)
    return False


#: Every error, message and problem that is made anywhere.
MADE = [
    call
    for path in MODULES
    for call in _calls(path)
    if _name(call.func) in ERRORS | {"Message", "Problem", "Fact", "_lost"} and call.args
]


def test_errors_messages_and_steps_are_made_of_codes() -> None:
    for call in MADE:
        assert not _is_text(call.args[0]), ast.unparse(call)
    for call in (call for path in MODULES for call in _calls(path)):
        index = _PROGRESS.get(_name(call.func))
        if index is not None and isinstance(call.func, ast.Attribute) and len(call.args) > index:
            assert not _is_text(call.args[index]), ast.unparse(call)


def test_every_code_is_given_its_arguments() -> None:
    assert len(MADE) > 300
    for call in MADE:
        code = _code(call.args[0])
        if code is not None and all(keyword.arg for keyword in call.keywords):
            assert {keyword.arg for keyword in call.keywords} == argument_names(code), ast.unparse(call)


def test_a_text_of_elsewhere_is_said_in_few_places() -> None:
    for path in MODULES:
        place = str(path.relative_to(PACKAGE))
        named = {node.attr for node in _nodes(path) if isinstance(node, ast.Attribute)}
        for word, places in _VERBATIM.items():
            assert word not in named or place in places, place
        said = any(_name(call.func) == "plain" and isinstance(call.func, ast.Name) for call in _calls(path))
        from_plain = "messages.plain import plain" in path.read_text()
        assert not (said and from_plain) or place.startswith(("lab/", "install.py")), place


def test_every_code_is_said_somewhere() -> None:
    named = {
        (node.value.id, node.attr)
        for path in MODULES
        for node in _nodes(path)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert not [code for code in codes().values() if (type(code).__name__, code.name) not in named]


def test_all_modules_with_codes_are_known() -> None:
    folder = PACKAGE / "model/messages"
    for module in pkgutil.iter_modules([str(folder)]):
        importlib.import_module(f"qnet_gui.model.messages.{module.name}")
    assert {code for kind in Code.__subclasses__() for code in kind} == set(codes().values())
