"""The GLib main loop that every program of ours but the tray runs on. Imports PyGObject and nothing of ours."""

from __future__ import annotations

from collections.abc import Callable

from gi.repository import GLib


def post(call: Callable[[], None]) -> None:
    """Run `call` once on the main loop, soon; from any thread."""

    def once() -> bool:
        call()
        return False

    GLib.idle_add(once, priority=GLib.PRIORITY_DEFAULT)


def after(seconds: float, call: Callable[[], None]) -> int:
    """Run `call` once after a delay; returns an id for `cancel`."""

    def once() -> bool:
        call()
        return False

    return int(GLib.timeout_add(int(seconds * 1000), once))


def cancel(source: int) -> None:
    """Take back what `after` promised; the id must not have fired."""
    GLib.source_remove(source)
