"""What a clock on the wall shows at a moment, as people say it: with the day where that is not today."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from qnet_gui.model.translation import mark, tr

_TOMORROW = mark("tomorrow {time}")
#: Whether the clock on this person's wall goes to twelve.
_twelve = [False]


def twelve_hours(requested: bool) -> None:
    """Show `11:46 PM` from now on, and not `23:46`; or the other way round. Nothing that is sorted or kept."""
    _twelve[0] = requested


def _hour(there: time.struct_time) -> str:
    if not _twelve[0]:
        return time.strftime("%H:%M", there)
    half = time.strftime("%p", there) or ("PM" if there.tm_hour >= 12 else "AM")  # some locales have no word for it
    return f"{(there.tm_hour - 1) % 12 + 1}:{there.tm_min:02} {half}"


def _local(moment: float) -> time.struct_time:
    time.tzset()  # who has moved to another time zone wants to read that one's, in a program that began in another
    return time.localtime(moment)


def hour(moment: float) -> str:
    """`11:46`, for what is soon or was just now. `moment` in seconds since the epoch, as all here."""
    return _hour(_local(moment))


def hour_and_minute(moment: float) -> tuple[int, int]:
    """What the clock on the wall shows then, of 24 hours."""
    there = _local(moment)
    return there.tm_hour, there.tm_min


def next_at(hours: int, minutes: int, now: float) -> int:
    """When a clock on the wall shows that time of day next, in seconds since the epoch.

    In the night in which clocks are put back it does so twice, and in the one in which they are put on perhaps never.
    """
    today = _local(now)
    for days in (0, 1):
        day = (*today[:2], today.tm_mday + days, hours, minutes, 0, 0, 0)
        moments = sorted(time.mktime((*day, summer)) for summer in (0, 1, -1))
        shown = [moment for moment in moments if time.localtime(moment)[3:5] == (hours, minutes)]
        coming = [moment for moment in shown or moments[-1:] if moment > now]
        if coming:
            return int(coming[0])
    return int(moments[-1])


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
        return _hour(there)
    if days == 1:
        return say(_TOMORROW).format(time=_hour(there))
    return f"{time.strftime('%Y-%m-%d', there)} {_hour(there)}"


def moment(when: float) -> str:
    """`2026-11-26 11:46:07`, for a list that is sorted and copied: whoever reads it later knows the day, too."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", _local(when))
    except (ValueError, OverflowError, OSError):
        return str(int(when))
