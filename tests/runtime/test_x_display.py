"""Which display a window opens on, with its cookie where it has one."""

from __future__ import annotations

from pathlib import Path

import pytest

from qnet_gui.model.errors import NotFound
from qnet_gui.model.x_display.xauthority import entry
from qnet_gui.runtime.x_display import own_display


@pytest.mark.parametrize("name", ["", "elsewhere", ":x"])
def test_no_display_is_said(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("DISPLAY", name)
    with pytest.raises(NotFound):
        own_display()


def test_a_server_that_asks_for_no_cookie(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISPLAY", ":7.0")
    monkeypatch.setenv("XAUTHORITY", str(tmp_path / "none"))
    assert own_display().number == 7


def test_a_server_with_a_cookie(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cookies = tmp_path / "cookies"
    cookies.write_bytes(entry("0f" * 16, "dom0", 7))
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setenv("XAUTHORITY", str(cookies))
    assert own_display().cookie == "0f" * 16
