"""The translations: every text is in them, translated, with the same braces, and as the tray reads it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from qnet_gui.model.translation import tr
from qnet_gui.tray.session import language
from qnet_gui.tray.state.heard import KNOWN, heard

FOLDER = Path(__file__).parents[2] / "resources"
sys.path.insert(0, str(FOLDER))
import make_translations  # noqa: E402

FILES = sorted((FOLDER / "translations").glob("*.ts"))


def test_there_is_german() -> None:
    assert "qnet_de" in [path.stem for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_is_complete_and_up_to_date(path: Path) -> None:
    known = make_translations.translations(path)
    assert set(known) == set(make_translations.texts()), "run resources/make_translations.py and translate what is new"
    assert path.read_text(encoding="utf-8") == make_translations.content(path.stem.partition("_")[2], known)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_braces_are_the_same(path: Path) -> None:
    for text, translated in make_translations.translations(path).items():
        there = set(re.findall(r"{\w*}", translated))
        assert there <= set(re.findall(r"{\w*}", text)), text
        assert there == set(re.findall(r"{\w*}", text)) or text.startswith("{name} is the netvm"), text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_tray_reads_what_is_written_there(qtbot: QtBot, path: Path) -> None:
    assert language.install(path.stem.partition("_")[2])
    try:
        for text, translated in make_translations.translations(path).items():
            assert tr(text) == translated, "run resources/make_translations.py"
    finally:
        language.install("en")


def test_an_unknown_language_is_english(qtbot: QtBot) -> None:
    assert not language.install("cy")
    assert tr("Routes") == "Routes"


def test_braces_in_what_netvm_wrote_stay() -> None:
    assert tr("{name} (Wi-Fi)", name="{name} {0} %s") == "{name} {0} %s (Wi-Fi)"


@pytest.mark.parametrize("text", KNOWN)
def test_the_helpers_sentences_are_known(qtbot: QtBot, text: str) -> None:
    said = re.sub(r"{(\w+)}", lambda match: match[1], text)
    assert heard(said) == said
    language.install("de")
    try:
        assert heard(f"{said} {said}") != f"{said} {said}"
        assert heard("Something new. " + said) == "Something new. " + said
    finally:
        language.install("en")


def test_the_helper_still_says_them() -> None:
    """Each of the sentences is in the helper's code, apart from what is put into it."""
    package = FOLDER.parent / "qnet_gui"
    code = "".join(path.read_text() for part in ("dom0", "hypervisor") for path in (package / part).rglob("*.py"))
    folded = re.sub(r'"\s+f?"', "", code)
    for text in KNOWN:
        parts = [part.strip(" .") for part in re.split(r"{\w+}|\. ", text)]
        assert all(part in folded for part in parts if len(part) > 3), text
