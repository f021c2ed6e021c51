"""Users as people call them."""

from __future__ import annotations

import pwd

from qnet_gui.runtime.users import user_name


def test_a_user_has_a_name() -> None:
    assert user_name(0) == "root"


def test_whom_nobody_calls_by_a_name_has_his_number() -> None:
    known = {entry.pw_uid for entry in pwd.getpwall()}
    nobodys = next(uid for uid in range(60000, 65000) if uid not in known)
    assert user_name(nobodys) == f"user {nobodys}"
