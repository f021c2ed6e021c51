"""What a clock on the wall shows at a moment, as people say it: with the day where that is not today."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from qnet_gui.model.translation import mark, tr

_TOMORROW = mark("tomorrow {time}")


def _local(moment: float) -> time.struct_time:
    time.tzset()  # who has moved to another time zone wants to read that one's, in a program that began in another
    return time.localtime(moment)


def hour(moment: float) -> str:
    """`11:46`, for what is soon or was just now. `moment` in seconds since the epoch, as all here."""
    return time.strftime("%H:%M", _local(moment))


def next_at(hours: int, minutes: int, now: float) -> int:
    """When a clock on the wall shows that time of day next, in seconds since the epoch."""
    today = _local(now)
    for days in (0, 1):
        moment = time.mktime((*today[:2], today.tm_mday + days, hours, minutes, 0, 0, 0, -1))
        if moment > now:
            break
    return int(moment)


def clock(moment: float, now: float | None = None, say: Callable[[str], str] = tr) -> str:
    """`11:46`, `tomorrow 11:46`, `2026-11-28 11:46`; `say` puts a literal into a language.

    Whoever asks may name a moment that no calendar has: it stays the number that it is.
    """
    here = _local(time.time() if now is None else now)
    try:
        there = _local(moment)
        days = date(*there[:3]).toordinal() - date(*here[:3]).toordinal()
    except (ValueError, OverflowError, OSError):
        return str(int(moment))
    if days == 0:
        return time.strftime("%H:%M", there)
    if days == 1:
        return say(_TOMORROW).format(time=time.strftime("%H:%M", there))
    return time.strftime("%Y-%m-%d %H:%M", there)


def moment(when: float) -> str:
    """`2026-11-26 11:46:07`, for a list that is sorted and copied: whoever reads it later knows the day, too."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", _local(when))
    except (ValueError, OverflowError, OSError):
        return str(int(when))
