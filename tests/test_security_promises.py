"""Every promise of SECURITY.md names tests that attack it, and those tests are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
_TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)::([A-Za-z0-9_]+)`")
TESTS = _TEST.findall(TEXT)


def promises(text: str) -> list[str]:
    """The bullets of the section of promises, each with its lines."""
    section = text.partition("\n## Promises\n")[2]
    return re.findall(r"^\* (.*(?:\n  .*)*)", section, re.MULTILINE)


@cache
def functions(path: str) -> frozenset[str]:
    """The tests of a file, by AST: nothing is imported or run. None where there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_promise_has_a_test() -> None:
    lines = promises(TEXT)
    assert len(lines) > 20
    assert not [promise for promise in lines if not promise.startswith("**") or not _TEST.search(promise)]


@pytest.mark.parametrize(("path", "function"), TESTS, ids=[f"{path}::{function}" for path, function in TESTS])
def test_it_is_there(path: str, function: str) -> None:
    assert function in functions(path)
    assert function.startswith("test_")


def test_nothing_else_is_named_as_a_test() -> None:
    """A name that is written otherwise would not be looked at."""
    assert len(TESTS) == TEXT.count("::")
    assert len(set(TESTS)) == len(TESTS)


def test_one_that_is_not_there_would_be_seen() -> None:
    assert "test_that_nobody_wrote" not in functions("tests/test_security_promises.py")
    assert functions("tests/no_such_file.py") == frozenset()
    assert [bool(_TEST.search(promise)) for promise in promises("\n## Promises\n\n* **None.**\n")] == [False]
