from __future__ import annotations

import time

from gi.repository import GLib

from qnet_gui.dom0.observe.overdue import Patience


def iterate(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        GLib.MainContext.default().iteration(False)
        time.sleep(0.002)


def test_what_is_awaited_too_long_is_told_once():
    calls = []
    patience = Patience(lambda: calls.append(patience.overdue({1: 0.05, 2: 10})))
    assert patience.overdue({1: 0.05, 2: 10}) == frozenset()
    iterate(0.15)
    assert calls == [{1}]
    assert patience.overdue({1: 0.05, 2: 10}) == {1}
    assert patience.overdue({2: 10}) == frozenset()
    assert patience.overdue({1: 0.05}) == frozenset(), "awaited anew: the time begins anew"
    assert patience.overdue({}) == frozenset()
    iterate(0.1)
    assert len(calls) == 1
    assert patience._timer is None
