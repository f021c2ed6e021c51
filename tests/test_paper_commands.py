"""Every command that the papers show exists: it is run by a test, or understood by the program that it is for."""

from __future__ import annotations

import argparse
import importlib.util
import re
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType

import pytest
from paper_commands import PAPERS, ROOT, in_blocks, in_sentences, of_the_lab, words

from qnet_gui import install
from qnet_gui.cli.arguments import build

#: Blocks' commands that need a Xen host, each understood by its program here; tests/xen, tests/packages run their like.
NEEDS_XEN = {
    "qnet netvm make --packages build/deb --dry-run", "qnet netvm make --packages build/deb",
    "qnet setup --dry-run", "qnet setup", "qnet-tray", "qnet netvm start",
    "qnet netvm set dom0", "qnet setup --undo", "systemctl enable --now qnet-agent",
    "systemctl enable --now qnet-guest", "systemctl enable --now qnet-helper qnet-agent",
    "apt install ./qnet-common_*.deb ./qnet-dom0_*.deb ./qnet-tray_*.deb",
    "apt install ./qnet-common_*.deb ./qnet-netvm_*.deb",
    "apt install ./qnet-common_*.deb ./qnet-guest_*.deb",
    "dnf install ./python3-pyxs-*.rpm ./qnet-common-*.rpm ./qnet-dom0-*.rpm ./qnet-tray-*.rpm",
    "apt remove qnet-tray qnet-dom0 qnet-common",
    "qvm-dom0-network-via-netvm up", "qvm-dom0-network-via-netvm down",
}  # fmt: skip
#: Of the checkout: CI runs the first two, tests/test_install.py does what the others do.
OF_CHECKOUT = {"make demo", "make test", "make install ROLE=dom0", "make uninstall ROLE=dom0"}
#: What leads to the lab's commands.
_BEFORE_LAB = ("sudo -s", "export ")
_PACKAGES = {*(f"qnet-{name}" for name in install.PACKAGES), "python3-pyxs"}
_SYSTEMCTL = {"enable", "edit", "restart", "start", "stop", "daemon-reload"}


def understood(given: list[str]) -> None:
    """A whole command: `SystemExit` with 2, or an assertion, where it is none."""
    program, rest = given[0], given[1:]
    if program == "qnet":
        build().parse_args(rest)
    elif program == "make":
        targets = [word for word in rest if "=" not in word]
        for word in targets:
            assert re.search(rf"^{re.escape(word)}:", (ROOT / "Makefile").read_text(), re.MULTILINE), word
        for name, _, value in (word.partition("=") for word in rest if "=" in word):
            assert re.search(rf"^{name} \?=|\$\(if \$\({name}\)", (ROOT / "Makefile").read_text(), re.MULTILINE), name
            assert name != "ROLE" or value in install.ROLES
    elif program == "systemctl":
        assert rest[0] in _SYSTEMCTL
        units = [word for word in rest[1:] if not word.startswith("-")]
        for unit in units:
            assert (ROOT / f"desktop/systemd/{unit.removesuffix('.service')}.service").is_file(), unit
    elif program in ("apt", "dnf"):
        assert rest[0] in ("install", "remove", "purge")
        for word in rest[1:]:
            assert re.fullmatch(r"\./([a-z0-9-]+?)[_-]\*\.(deb|rpm)|([a-z0-9-]+)", word), word
            assert any(fnmatch(name, re.sub(r"^\./|[_-]\*\.(deb|rpm)$", "", word)) for name in _PACKAGES), word
    else:
        understood_in_sentence(given)


def understood_in_sentence(given: list[str]) -> None:
    """A command that may end early, and has capitals for what is meant: verbs and options are the program's."""
    program, rest = given[0], [word for word in given[1:] if word not in ("…", "...")]
    if program == "qnet":
        parser = build()
        for word in rest:
            verbs = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
            if word.startswith("-"):
                options = {option for action in parser._actions for option in action.option_strings}
                assert word in options, word
            elif verbs:
                assert word in verbs[0], word
                parser = verbs[0][word]
    elif program == "make":
        understood([program, *rest])
    else:
        row = next((row for row in install.load() if row.target == f"/usr/bin/{program}"), None)
        assert row is not None or program in ("systemctl", "apt", "xl", "pip", "sleep", "rpm", "dnf", "nmcli"), program
        if row is not None:
            page = next((ROOT / "desktop/man").glob(f"{program}.[18]")).read_text().replace("\\-", "-")
            assert all(word in page for word in rest if word[:1].islower() or word.startswith("-")), given


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_a_command_in_a_block_is_understood(paper: Path) -> None:
    for command in in_blocks(paper):
        if not command.startswith(_BEFORE_LAB):
            understood(words(command))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_a_command_in_a_sentence_is_the_programs(paper: Path) -> None:
    for command in in_sentences(paper):
        understood_in_sentence(words(command))


def test_every_command_in_a_block_is_run_or_marked() -> None:
    lab = of_the_lab()
    assert len(lab) > 15
    shown = {command for paper in PAPERS for command in in_blocks(paper) if not command.startswith(_BEFORE_LAB)}
    marked = shown - set(lab)
    assert marked - OF_CHECKOUT == NEEDS_XEN, "run it in test_readme.py of the lab, or mark that it needs a Xen host"
    assert shown >= OF_CHECKOUT


def _typed_on_xen() -> ModuleType:
    spec = importlib.util.spec_from_file_location("typed", ROOT / "tests/xen/typed.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_leads_to_a_page_on_xen_is_short_understood_and_as_the_readme_says() -> None:
    typed = _typed_on_xen()
    assert len(typed.TO_A_PAGE) <= 10
    shown = [set(words(command)) for command in in_blocks(ROOT / "README.md")]
    for line in (*typed.TO_A_PAGE, *typed.BACK):
        given = words(line.text.removeprefix("yes | "))
        if given[0] in ("qnet", "apt", "systemctl"):
            understood(given)
        if given[:2] == ["apt", "install"] or given[0] == "systemctl":
            assert any(set(given) <= whole for whole in shown), line


@pytest.mark.parametrize("command", ["qnet statuz", "qnet lab roam --fast", "make pancakes", "systemctl enable qnet-x"])
def test_a_command_that_is_none_is_seen(command: str) -> None:
    with pytest.raises((SystemExit, AssertionError)):
        understood(words(command))
