"""`qnet netvm make` at the command line: what it says, when it asks, and how it ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes.netvm_maker import TEMPLATE, Dom0
from fakes.output import Gone

from qnet_gui.cli import main, netvm_make


@pytest.fixture
def dom0(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dom0:
    made = Dom0(tmp_path)
    monkeypatch.setattr("qnet_gui.dom0.netvm_image.survey.Machine", lambda: made.machine)
    monkeypatch.setattr(netvm_make, "_LOCK", tmp_path / "lock")
    return made


def test_it_says_what_it_would_do_does_it_and_takes_it_back(
    dom0: Dom0, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["netvm", "make", "netvm", "--packages", str(dom0.folder / "packages")]
    assert main([*words, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "To be done:\n  1. fetch Debian trixie" in said
    assert dom0.configuration.read_text() == TEMPLATE
    assert main(words) == 0
    said = capsys.readouterr().out
    assert said.endswith("netvm is made. To take it away: sudo qnet netvm make netvm --undo\n")
    assert dom0.disk.exists()
    assert main(words) == 1
    assert "! netvm is made already.\n  Choose another name, or take it away" in capsys.readouterr().out
    undo = ["netvm", "make", "netvm", "--undo"]
    assert main([*undo, "--dry-run"]) == 0
    assert f"  - remove {dom0.disk}\n" in capsys.readouterr().out
    answers = ["no\n", "yes\n"]
    monkeypatch.setattr("qnet_gui.cli.plan_output.asked", lambda *_: answers.pop(0) == "yes\n")
    assert main(undo) == 1
    assert dom0.disk.exists()
    assert main(undo) == 0
    assert capsys.readouterr().out.endswith("netvm is taken away.\n")
    assert not dom0.disk.parent.exists()
    assert main(undo) == 1
    assert capsys.readouterr().err == "qnet: qnet netvm make has made no netvm here.\n"


@pytest.mark.parametrize("words", [["--yes", "--undo"], []])
def test_a_terminal_that_is_closed_leaves_no_half_of_it(
    dom0: Dom0, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    make = ["netvm", "make", "netvm", "--packages", str(dom0.folder / "packages")]
    for writes in (0, 30, 60) if words else range(0, 60, 6):
        if words:
            main(make)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", Gone(writes))
            main([*make, *words])
        is_made = dom0.disk.exists()
        assert dom0.configuration.read_text() != TEMPLATE if is_made else dom0.configuration.read_text() == TEMPLATE
        assert main(["netvm", "make", "netvm", "--undo", "--yes"]) == (0 if is_made else 1)
        assert not dom0.disk.parent.exists()


def test_what_somebody_changed_makes_it_end_otherwise(dom0: Dom0, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["netvm", "make", "netvm", "--packages", str(dom0.folder / "packages")]) == 0
    dom0.configuration.write_text("# mine\n")
    assert main(["netvm", "make", "netvm", "--undo", "--yes"]) == 1
    assert capsys.readouterr().out.endswith("Some of it is left.\n")


def test_a_running_netvm_and_a_user_are_refused(dom0: Dom0, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["netvm", "make", "netvm", "--packages", str(dom0.folder / "packages")]) == 0
    dom0.running = {"netvm"}
    assert main(["netvm", "make", "netvm", "--undo", "--yes"]) == 1
    assert "Stop it first" in capsys.readouterr().err
    dom0.uid = 1000
    assert main(["netvm", "make", "netvm", "--undo", "--yes"]) == 1
    assert "must be done by root" in capsys.readouterr().err
    assert dom0.disk.exists()


def test_what_was_left_by_one_that_was_killed_goes_first(
    dom0: Dom0, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["netvm", "make", "netvm", "--packages", str(dom0.folder / "packages")]
    with monkeypatch.context() as patch:
        patch.setattr("qnet_gui.dom0.netvm_image.make.undo", lambda *_: [])
        dom0.programs.fails = "/usr/bin/dpkg"
        assert main(words) == 1
    assert list((dom0.folder / "work").iterdir())
    dom0.programs.fails = ""
    assert main(words) == 0
    assert "1. take away what a run that was killed has left" in capsys.readouterr().out
    assert not list((dom0.folder / "work").iterdir())
    assert dom0.disk.exists()


def test_two_at_a_time_are_refused(dom0: Dom0, capsys: pytest.CaptureFixture[str]) -> None:
    from qnet_gui.dom0.netvm_lifecycle.run import locked

    with locked(dom0.folder / "lock"):
        assert main(["netvm", "make", "netvm", "--packages", str(dom0.folder / "packages")]) == 1
    assert capsys.readouterr().err == "qnet: Another qnet netvm make is at work here.\n"
    assert not dom0.disk.exists()


def test_what_another_has_made_meanwhile_is_his(
    dom0: Dom0, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second took the record for its own, failed at the first's disk, and nobody could undo that any more."""
    words, show = ["netvm", "make", "netvm", "--packages", str(dom0.folder / "packages")], netvm_make._show

    def slowly(*shown: Any) -> None:
        monkeypatch.setattr(netvm_make, "_show", show)
        assert main(words) == 0
        show(*shown)

    monkeypatch.setattr(netvm_make, "_show", slowly)
    assert main(words) == 1
    assert "! netvm is made already." in capsys.readouterr().out
    assert main(["netvm", "make", "netvm", "--undo", "--yes"]) == 0
    assert not dom0.disk.parent.exists()


def test_a_netvm_that_was_started_while_somebody_thought_about_it_is_not_taken_away(
    dom0: Dom0, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def thinking(*_: object) -> bool:
        dom0.running = {"netvm"}
        return True

    assert main(["netvm", "make", "netvm", "--packages", str(dom0.folder / "packages")]) == 0
    monkeypatch.setattr("qnet_gui.cli.plan_output.asked", thinking)
    assert main(["netvm", "make", "netvm", "--undo"]) == 1
    assert "Stop it first" in capsys.readouterr().err
    assert dom0.disk.exists()


def test_nobody_who_answers_is_no(dom0: Dom0, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["netvm", "make", "netvm", "--packages", str(dom0.folder / "packages")]) == 0
    with Path("/dev/null").open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        assert main(["netvm", "make", "netvm", "--undo"]) == 1
    assert dom0.disk.exists()


def test_whoever_stands_in_a_folder_that_will_not_do_reads_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "two words").mkdir()
    monkeypatch.chdir(tmp_path / "two words")
    with pytest.raises(SystemExit):
        main(["netvm", "make", "--output", "netvm.img"])
    assert f"'{tmp_path}/two words/netvm.img' has a character in it" in " ".join(capsys.readouterr().err.split("\n"))


def test_programs_are_told_the_plan_what_is_done_and_the_end(dom0: Dom0, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["netvm", "make", "netvm", "--json"]

    def lines(*more: str) -> tuple[int, list[dict[str, Any]]]:
        status = main([*words, *more])
        return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    status, (plan, *_, end) = lines("--packages", str(dom0.folder / "packages"))
    assert (status, plan["obstacles"], end["error"]) == (0, [], "")
    assert plan["steps"][0].startswith("fetch Debian trixie")
    status, (plan, end) = lines("--packages", str(dom0.folder / "packages"))
    assert (status, end["sentence"]) == (1, plan["obstacles"][0]["wrong"])
    status, (plan, end) = lines("--undo")
    assert (status, end["code"]) == (1, "json-asks-nobody")
    assert f"remove {dom0.disk}" in plan["steps"]
    assert dom0.disk.exists()
    status, (*_, end) = lines("--undo", "--yes")
    assert (status, end) == (0, {"error": "", "sentence": "netvm is taken away."})
