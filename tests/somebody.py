"""Being somebody else in a test, wherever the checkout lies."""

from __future__ import annotations

from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[1]
#: As .ci/as-user does: below a folder like /root the checkout is read all the same, and nothing is written there.
_READS_ALL = [
    "--securebits", "+no_setuid_fixup", "--inh-caps", "-all,+dac_read_search", "--ambient-caps", "+dac_read_search",
]  # fmt: skip


def reached() -> bool:
    """Whether the checkout is where everybody gets."""
    return all(folder.stat().st_mode & 0o001 for folder in (_CHECKOUT, *_CHECKOUT.parents))


def become(uid: int) -> list[str]:
    """What to put before a command so that a user runs it who is not root."""
    as_user = ["/usr/bin/setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    return as_user if reached() else [*as_user, *_READS_ALL]
