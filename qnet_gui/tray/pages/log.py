"""From what happened to what the Log page shows, the newest first. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qnet_gui.model.clock import moment
from qnet_gui.model.translation import tr
from qnet_gui.tray.state.history import Entry


@dataclass(frozen=True, slots=True)
class LogPage:
    """The page's content: rows of time and text; `message` without any."""

    rows: tuple[tuple[str, ...], ...] = ()
    message: str = ""


def heads() -> tuple[str, ...]:
    """The table's heads."""
    return tr("When"), tr("What")


def page(entries: Iterable[Entry]) -> LogPage:
    """The content, for entries in any order: what came again stands where it did last."""
    by_time = sorted((max(entry.at, entry.last), number, entry) for number, entry in enumerate(entries))
    rows = tuple((moment(when), entry.text) for when, _, entry in by_time)
    if not rows:
        return LogPage(message=tr("Nothing has happened yet. What happens while this program runs is kept for a week."))
    return LogPage(rows[::-1])


def note(trouble: str) -> str:
    """What stands below; `trouble`: a sentence that says why it cannot be kept."""
    if trouble:
        return tr("What happened since this program began, and cannot be kept.") + " " + trouble
    return tr("What happened while this program ran, for a week.")


def as_text(shown: LogPage) -> str:
    """All of it as text, for the clipboard."""
    return "".join("  ".join(row) + "\n" for row in shown.rows)
