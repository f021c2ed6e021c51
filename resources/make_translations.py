#!/usr/bin/python3
"""Collect the tray's texts for Qt Linguist: `make_translations.py` brings every `translations/*.ts` up to date.

The texts are the literals that are given to `tr` and `mark` (qnet_gui/model/translation.py), and those of the
problems. What is new is marked unfinished, what is gone is dropped, what has been translated stays; edit the file
with Qt Linguist or any editor. Then `lrelease` makes the `.qm` file beside it, which the tray reads. A test compares
both.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree  # our own files

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources/translations"
#: Where texts for people are.
_PLACES = ("qnet_gui/tray/**/*.py", "qnet_gui/model/*.py", "qnet_gui/runtime/x_display.py")
_CALLS = {"tr", "mark"}


def _literals(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS and node.args:
            text = node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value


def texts() -> dict[str, str]:
    """Every text with the file that has it first, in a lasting order."""
    sys.path.insert(0, str(ROOT))
    from qnet_gui.model import problem

    found: dict[str, str] = {}
    for place in _PLACES:
        for path in sorted(ROOT.glob(place)):
            for text in _literals(path):
                found.setdefault(text, str(path.relative_to(ROOT)))
    for text in problem.texts():
        found.setdefault(text, "qnet_gui/model/problem.py")
    return dict(sorted(((text, place) for text, place in found.items() if text), key=lambda pair: pair[::-1]))


def translations(path: Path) -> dict[str, str]:
    """What has been translated in a file; unfinished texts are left out."""
    found = {}
    for message in ElementTree.parse(path).iter("message"):  # noqa: S314
        target = message.find("translation")
        if target is not None and target.get("type") != "unfinished" and target.text:
            found[message.findtext("source", "")] = target.text
    return found


def content(language: str, known: dict[str, str]) -> str:
    """The file of a language, in the form of Qt Linguist."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = "qnet"
    for text, place in texts().items():
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "location", filename=f"../../{place}")
        ElementTree.SubElement(message, "source").text = text
        target = ElementTree.SubElement(message, "translation")
        target.text = known.get(text, "")
        if text not in known:
            target.set("type", "unfinished")
    ElementTree.indent(root, "    ")
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n'


def compiled(source: Path, target: Path) -> None:
    """Make the file that the tray reads."""
    command = ["lrelease", "-silent", str(source), "-qm", str(target)]
    subprocess.run(command, check=True)


def main() -> None:
    """Bring all of them up to date."""
    for path in sorted(FOLDER.glob("*.ts")):
        path.write_text(content(path.stem.partition("_")[2], translations(path)), encoding="utf-8")
        compiled(path, path.with_suffix(".qm"))


if __name__ == "__main__":
    main()
