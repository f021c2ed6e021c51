#!/usr/bin/python3
"""Collect the texts for Qt Linguist: brings every `translations/*.ts` up to date, and makes what the tray reads of it.

The texts are the sentences of all codes (qnet_gui/model/messages), and the literals that are given to `tr`, `tr_count`
and `mark` (qnet_gui/model/translation.py). What is new is marked unfinished, what is gone is dropped, what has been
translated stays; edit the file with Qt Linguist or any editor. Run it by `make translations`, which installs what it
takes. With `--finished` it changes nothing, and fails while something is unfinished: that is for a release.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree  # our own files

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources/translations"
#: Where texts for people are, beside the sentences of codes.
_PLACES = ("qnet_gui/tray/**/*.py", "qnet_gui/netmap/*.py", "qnet_gui/model/*.py")
#: Which arguments of which call are literals; of a plural the second one names it.
_CALLS = {"tr": 0, "mark": 0, "tr_count": 1}
_LRELEASE = Path("/usr/lib/qt5/bin/lrelease")
#: How many forms a language has for different numbers, where it is not two.
_FORMS = {"ja": 1, "pl": 3, "ru": 3, "cs": 3}


@dataclass(frozen=True, slots=True)
class Text:
    """A text with the file that has it first; `plural`: it has a form for each kind of number."""

    place: str
    plural: bool = False


def _literals(path: Path) -> Iterator[tuple[str, bool]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            index = _CALLS[node.func.id]
            for text in node.args[index : index + 1]:
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value, node.func.id == "tr_count"


def _sentences() -> Iterator[tuple[str, str, bool]]:
    sys.path.insert(0, str(ROOT))
    from qnet_gui.model.messages.code import Plural
    from qnet_gui.model.wire.message_wire import codes

    for code in codes().values():
        place = type(code).__module__.replace(".", "/") + ".py"
        if isinstance(code.form, Plural):
            yield code.form.many, place, True
            yield from ((cure, place, False) for cure in (code.cure,) if cure)
        else:
            yield from ((literal, place, False) for literal in code.literals)


def texts() -> dict[str, Text]:
    """Every text, in a lasting order; those that are nothing but braces are the same in every language."""
    found: dict[str, Text] = {}
    for literal, place, plural in _sentences():
        found.setdefault(literal, Text(place, plural))
    for pattern in _PLACES:
        for path in sorted(ROOT.glob(pattern)):
            for literal, plural in _literals(path):
                found.setdefault(literal, Text(str(path.relative_to(ROOT)), plural))
    said = {literal: text for literal, text in found.items() if re.search(r"[^\W\d_]", re.sub(r"{\w+}", "", literal))}
    return dict(sorted(said.items(), key=lambda pair: (pair[1].place, pair[0])))


def translations(path: Path) -> dict[str, tuple[str, ...]]:
    """What has been translated in a file, each in all its forms; unfinished texts are left out."""
    found = {}
    for message in ElementTree.parse(path).iter("message"):  # noqa: S314
        target = message.find("translation")
        if target is not None and target.get("type") != "unfinished":
            forms = tuple(form.text or "" for form in target.iter("numerusform")) or (target.text or "",)
            if all(forms):
                found[message.findtext("source", "")] = forms
    return found


def unfinished(path: Path) -> list[str]:
    """What is to be translated still."""
    known = translations(path)
    return [text for text in texts() if text not in known]


def _translation(message: ElementTree.Element, text: Text, known: tuple[str, ...], forms: int) -> None:
    """Add what is known; `forms` is how many the language has of a plural."""
    target = ElementTree.SubElement(message, "translation")
    if len(known) != (forms if text.plural else 1):
        known = ()
        target.set("type", "unfinished")
    if text.plural:
        message.set("numerus", "yes")
        for index in range(forms):
            ElementTree.SubElement(target, "numerusform").text = known[index] if known else ""
    else:
        target.text = known[0] if known else ""


def content(language: str, known: Mapping[str, tuple[str, ...]]) -> str:
    """The file of a language, in the form of Qt Linguist."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = "qnet"
    for literal, text in texts().items():
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "location", filename=f"../../{text.place}")
        ElementTree.SubElement(message, "source").text = literal
        _translation(message, text, known.get(literal, ()), _FORMS.get(language, 2))
    ElementTree.indent(root, "    ")
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n'


def compiled(source: Path, target: Path) -> None:
    """Make the file that the tray reads."""
    subprocess.run([_LRELEASE, "-silent", str(source), "-qm", str(target)], check=True)


def _finished() -> int:
    """Tell what is unfinished; the exit status."""
    missing = [(path, text) for path in sorted(FOLDER.glob("*.ts")) for text in unfinished(path)]
    for path, text in missing:
        print(f"{path.relative_to(ROOT)}: not translated: {text}", file=sys.stderr)
    return 1 if missing else 0


def main() -> int:
    """Bring all of them up to date."""
    if "--finished" in sys.argv[1:]:
        return _finished()
    if not _LRELEASE.exists():
        print(f"{_LRELEASE} is not installed; `make translations` installs it.", file=sys.stderr)
        return 1
    for path in sorted(FOLDER.glob("*.ts")):
        path.write_text(content(path.stem.partition("_")[2], translations(path)), encoding="utf-8")
        compiled(path, path.with_suffix(".qm"))
        if missing := unfinished(path):
            print(f"{path.relative_to(ROOT)}: {len(missing)} texts are marked unfinished.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
