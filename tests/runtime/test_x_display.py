"""Which display a window opens on, with its cookie where it has one."""

from __future__ import annotations

from pathlib import Path

import pytest

from qnet_gui.model.errors import NotFound
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
