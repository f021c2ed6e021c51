"""What people call a user. Touches the list of users."""

from __future__ import annotations

import pwd


def user_name(uid: int) -> str:
    """A user as people call him; his number where nobody does any more."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
