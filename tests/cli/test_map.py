"""`qnet map`: as a tree, as an SVG, as a PNG, and what is told when that cannot be."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from qnet_gui import cli
from qnet_gui.model.domain import Domain, DomainState, Netvm, NetvmState
from qnet_gui.model.snapshot import Snapshot

SNAPSHOT = Snapshot(
    Netvm("netvm", 1, NetvmState.RUNNING),
    domains=(Domain("work", 3, DomainState.RUNNING, None, "vif3.0", "netvm"),),
)


@pytest.fixture(autouse=True)
def _helper(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = SimpleNamespace(snapshot=lambda: ({}, SNAPSHOT, ""))
    monkeypatch.setattr("qnet_gui.cli.bus.helper.Helper", lambda: answers)


def test_as_a_tree(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["map"]) == 0
    assert "netvm: running\n  work\n" in capsys.readouterr().out


def test_as_pictures(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["map", "--svg", str(tmp_path / "map.svg"), "--png", str(tmp_path / "map.png")]) == 0
    assert "<title>work, through netvm</title>" in (tmp_path / "map.svg").read_text()
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    assert capfdbinary.readouterr().out == b""


def test_on_the_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["map", "--svg", "-"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"<svg ")


def test_a_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["map", "--svg", str(tmp_path / "none" / "map.svg")]) == 1
    assert "cannot be written: No such file or directory." in capsys.readouterr().err


def test_without_qt_an_svg_still_comes_and_a_png_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith(("qnet_gui.tray.paint.picture", "qnet_gui.tray.qt"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "PyQt5", None)
    monkeypatch.setitem(sys.modules, "PyQt5.QtCore", None)
    assert cli.main(["map", "--svg", str(tmp_path / "map.svg")]) == 0
    assert cli.main(["map", "--png", str(tmp_path / "map.png")]) == 1
    assert "Install its package: python3-pyqt5." in capsys.readouterr().err


def test_programs_are_told_who_goes_through_whom(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["map", "--json", "--svg", str(tmp_path / "map.svg")]) == 0
    drawn = json.loads(capsys.readouterr().out)
    work = next(node for node in drawn["nodes"] if node["name"] == "work")
    netvm = next(node for node in drawn["nodes"] if node["kind"] == "netvm")
    assert (work["kind"], netvm["name"]) == ("domain", "netvm")
    assert {"from": work["key"], "to": netvm["key"], "flow": "flows"} in drawn["edges"]
    assert (tmp_path / "map.svg").exists()
    assert cli.main(["map", "--json", "--svg", "-"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "two-on-output"
    assert cli.main(["map", "--json", "--png", str(tmp_path)]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "file-unwritable", "and nothing before it"


def test_two_pictures_are_not_written_into_each_other(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["map", "--svg", "-", "--png", "-"]) == 1
    assert capfdbinary.readouterr().out == b""


@pytest.mark.parametrize("form", ["--svg", "--png"])
def test_a_file_without_a_name_is_none(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["map", form, ""]) == 1
    assert "cannot be written" in capsys.readouterr().err
