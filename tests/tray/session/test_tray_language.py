"""The translations: every text is in them, with the same braces, and as the tray reads it.

A text that is unfinished fails nothing here: `make release-check` is for that.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from qnet_gui.model.domain import Netvm
from qnet_gui.model.fact import Fact
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.isolation import IsolationCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Isolation, Snapshot
from qnet_gui.model.traffic import size_text
from qnet_gui.model.translation import tr, tr_count
from qnet_gui.model.wire.message_wire import codes
from qnet_gui.netmap.rates import both
from qnet_gui.tray.pages.overview import page
from qnet_gui.tray.session import language

FOLDER = Path(__file__).parents[3] / "resources"
sys.path.insert(0, str(FOLDER))
import make_translations  # noqa: E402

FILES = sorted((FOLDER / "translations").glob("*.ts"))


def test_there_is_german() -> None:
    assert "qnet_de" in [path.stem for path in FILES]


def braces(text: str) -> set[str]:
    return set(re.findall(r"{\w*}", text))


@pytest.fixture
def german(qtbot: QtBot) -> Iterator[None]:
    assert language.install("de")
    yield
    language.install("en")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_text_is_there_be_it_unfinished(path: Path) -> None:
    content = make_translations.content(path.stem.partition("_")[2], make_translations.translations(path))
    up_to_date = path.read_text(encoding="utf-8") == content
    assert up_to_date, "texts have changed: `make translations` marks them for translators"


def test_german_dots_that_stand_for_words_stand_apart() -> None:
    """Half of the buttons had them so, and half as in English."""
    text = (FOLDER / "translations/qnet_de.ts").read_text(encoding="utf-8")
    translations = re.findall(r"<(?:translation|numerusform)>([^<]*)", text)
    assert len(translations) > 100
    assert not [words for words in translations if re.search(r"\w…", words)]


def test_every_code_is_among_the_texts() -> None:
    literals = {literal for code in codes().values() for literal in code.literals}
    untold = literals - make_translations.texts().keys()
    ones = {code.form.one for code in codes().values() if not isinstance(code.form, str)}
    assert all(not re.search(r"[a-z]", re.sub(r"{\w+}", "", literal)) for literal in untold - ones)
    assert "{name} is paused. Unpause it." in literals - untold


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_braces_are_the_same(path: Path) -> None:
    for text, forms in make_translations.translations(path).items():
        assert all(braces(form) == braces(text) for form in forms), text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_tray_reads_what_is_written_there(qtbot: QtBot, path: Path) -> None:
    assert language.install(path.stem.partition("_")[2])
    try:
        for text, forms in make_translations.translations(path).items():
            if len(forms) == 1:
                assert tr(text) == forms[0], "run `make translations`"
            else:
                assert tuple(tr_count("", text, number) for number in (1, 2)) == forms, "run `make translations`"
    finally:
        language.install("en")


def test_what_is_new_is_marked_unfinished_and_fails_a_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {
        **make_translations.texts(),
        "Something new.": make_translations.Text("x.py"),
        "{count} new ones": make_translations.Text("x.py", plural=True),
    }
    translations = make_translations.translations(FOLDER / "translations/qnet_de.ts")
    monkeypatch.setattr(make_translations, "texts", lambda: texts)
    monkeypatch.setattr(make_translations, "FOLDER", tmp_path)
    monkeypatch.setattr(make_translations, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["make_translations.py", "--finished"])
    path = tmp_path / "qnet_de.ts"
    path.write_text(make_translations.content("de", translations), encoding="utf-8")
    assert make_translations.translations(path) == translations
    assert make_translations.main() == 1
    errors = capsys.readouterr().err
    assert "qnet_de.ts: not translated: Something new." in errors
    assert "{count} new ones" in errors
    done = {**translations, "Something new.": ("Etwas Neues.",), "{count} new ones": ("{count} Neues", "{count} Neue")}
    path.write_text(make_translations.content("de", done), encoding="utf-8")
    assert make_translations.main() == 0


@pytest.mark.parametrize(
    ("locale", "twelve"), [("en_US.UTF-8", True), ("en_GB.UTF-8", False), ("de_DE.UTF-8", False), ("C", False)]
)
def test_the_clock_is_the_locales(locale: str, twelve: bool) -> None:
    """A process of its own, since Qt looks at its start."""
    code = "from qnet_gui.tray.session.language import has_twelve_hours; print(has_twelve_hours())"
    env = {**os.environ, "LC_TIME": locale}
    env.pop("LC_ALL", None)
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(twelve)


@pytest.mark.parametrize(
    ("languages", "shown"),
    [("fr:en:de", "Domains"), ("fr:de:en", "Domänen"), ("en_US:de", "Domains"), ("de_AT:en", "Domänen")],
)
def test_whoever_reads_several_languages_gets_the_best(languages: str, shown: str) -> None:
    """In the order in which Plasma's settings have them."""
    code = (
        "from qnet_gui.tray.qt import QCoreApplication; from qnet_gui.tray.session import language;"
        "from qnet_gui.model.translation import tr; app = QCoreApplication([]); language.install();"
        "print(tr('Domains'))"
    )
    usual = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    env = {**usual, "LANG": "fr_FR.UTF-8", "LANGUAGE": languages, "PYTHONIOENCODING": "utf-8"}
    said = subprocess.run([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True, check=True)
    assert said.stdout.strip() == shown


def test_an_unknown_language_is_english(qtbot: QtBot) -> None:
    assert not language.install("cy")
    assert tr("Routes") == "Routes"
    assert tr_count("{count} x", "{count} xs", 1, count=1) == "1 x"


def test_braces_in_what_netvm_wrote_stay() -> None:
    assert tr("{name} (Wi-Fi)", name="{name} {0} %s") == "{name} {0} %s (Wi-Fi)"


def test_messages_are_said_in_the_persons_language(german: None) -> None:
    why = Message(DomainCode.NETVM_PAUSED, name="{name} %n")
    assert Message(UpgradeCode.PUT_BACK, why=why).translated == (
        "{name} %n ist angehalten. Setzen Sie sie fort. Alles ist wieder, wie es war."
    )
    assert (
        Message(UpgradeCode.PUT_BACK, why=why).english
        == "{name} %n is paused. Unpause it. Everything has been put back."
    )
    for count, names, said in (
        (1, ("work",), "1 Domäne angehalten: work"),
        (2, ("personal", "work"), "2 Domänen angehalten: personal, work"),
    ):
        assert Message(UpgradeCode.PAUSED_OTHERS, count=count, names=names).translated == said
    blocked = Message(UpgradeCode.IN_THE_WAY, problem=Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name="work"))
    assert blocked.translated.startswith(
        "work hat keine Adresse. Starten Sie sie neu, oder führen Sie qnet-guest in ihr aus. Fehlt es dort, "
    )


def test_status_page_tells_facts_in_the_persons_language(german: None) -> None:
    facts = (
        Fact(IsolationCode.HAS_ADDRESS, address="10.9.9.1/24", interface="tun0"),
        Fact(IsolationCode.HAS_DEFAULT_ROUTE, links=(Message(IsolationCode.UNKNOWN_LINK),)),
        Fact(IsolationCode.HAS_ROUTE, network="10.8.0.0/16", links=("eth0", "tun0")),
        Fact(IsolationCode.LISTENS_ON, kind="tcp", number=22),
        Fact(IsolationCode.MORE, count=9),
    )
    isolation = Isolation(facts, nics=("eth0",), more_nics=1)
    shown = dict(page(Snapshot(Netvm("netvm"), isolation=isolation)).facts)
    assert shown["dom0:"].splitlines() == [
        "hat die Adresse 10.9.9.1/24 auf tun0",
        "hat eine Standardroute über eine unbekannte Verbindung",
        "hat eine Route zu 10.8.0.0/16 über eth0, tun0",
        "lauscht auf tcp 22",
        "9 weitere",
    ]
    assert "dom0 hat eigene Netzwerkkarten: eth0 und 1 weitere." in shown[tr("Isolation:")].splitlines()


def test_what_nobody_has_translated_is_english_in_the_right_number(german: None) -> None:
    assert tr_count("{count} thing", "{count} things", 1, count=1) == "1 thing"
    assert tr_count("{count} thing", "{count} things", 3, count=3) == "3 things"


def test_sizes_have_the_languages_decimal_sign(german: None) -> None:
    assert [size_text(size) for size in (999, 1400, 12_000_000)] == ["999 B", "1,4 kB", "12 MB"]
    assert both(1400.4, 12_000_000) == "↓ 1,4 kB/s  ↑ 12 MB/s"
