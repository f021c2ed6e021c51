"""The words that were given up are no names in the code any more; docs/glossary.md says what stands for them now."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs/glossary.md"
CODE = sorted(path for folder in ("qnet_gui", "tests") for path in (ROOT / folder).rglob("*.py"))
#: Names of classes, functions, modules and packages, in small letters. What is a word of the field in another sense
#: (a provider's `Card`, Python's `raise`) is none of these, and neither is a local variable's name.
GIVEN_UP = {
    "hands", "held", "keeper", "desk", "course", "standing", "doer", "engine", "forgetter", "served", "patience",
    "permitted", "news", "front", "raw", "stale", "outside", "onscreen", "updown", "ground", "grounds", "people",
    "heard", "wishes", "told", "deed", "deeds", "each", "found",
}  # fmt: skip
#: Of those, what says something else where it is a method or a function: `Line.news`.
CLASSES_AND_MODULES_ONLY = {"held", "front", "served", "stale", "raw", "outside", "engine", "news", "ground"}


@cache
def names(path: Path) -> tuple[tuple[int, str, bool], ...]:
    """Line, name, and whether it is a class or a module, of everything that a module defines, and of itself."""
    definitions = [(1, path.stem, True)]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            definitions.append((node.lineno, node.name, isinstance(node, ast.ClassDef)))
    return tuple(definitions)


@cache
def variables(path: Path) -> tuple[tuple[int, str], ...]:
    """Line and name of every variable and argument in a module."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    stored = [
        (node.lineno, node.id) for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return (*stored, *((node.lineno, node.arg) for node in nodes if isinstance(node, ast.arg)))


def given_up(path: Path) -> list[str]:
    return [
        f"{path}:{line}: {name}"
        for line, name, large in names(path)
        if (word := name.strip("_").lower()) in GIVEN_UP and (large or word not in CLASSES_AND_MODULES_ONLY)
    ]


def test_no_word_that_was_given_up_is_a_name() -> None:
    assert not [line for path in CODE for line in given_up(path)]


def test_a_noun_says_what_a_variable_is() -> None:
    program = [path for path in CODE if path.is_relative_to(ROOT / "qnet_gui")]
    assert not [f"{path}:{line}" for path in program for line, name in variables(path) if name in ("each", "found")]


def test_a_word_that_comes_back_is_seen(tmp_path: Path) -> None:
    module = tmp_path / "keeper.py"
    module.write_text("class Hands:\n    def patience(self): ...\n    def held(self): ...\n")
    assert [line.rpartition(": ")[2] for line in given_up(module)] == ["keeper", "Hands", "patience"]


def terms() -> list[str]:
    return [line.split("|")[1].strip() for line in GLOSSARY.read_text().splitlines() if line.startswith("| ")]


def test_each_word_is_explained_once() -> None:
    words = [word.strip() for term in terms() if term != "word" for word in term.split(",")]
    assert len(words) > 60
    assert len(set(words)) == len(words)


def test_what_the_glossary_shows_as_code_is_there() -> None:
    """A class that it names is defined somewhere; test_papers.py looks after the files."""
    classes = set(re.findall(r"`([A-Z][A-Za-z]+)`", GLOSSARY.read_text()))
    defined = {name for path in CODE for _, name, large in names(path) if large}
    assert classes - defined == set()
