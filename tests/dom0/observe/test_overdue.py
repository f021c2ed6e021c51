from __future__ import annotations

import time

from gi.repository import GLib

from qnet_gui.dom0.observe.overdue import OverdueReports


def iterate(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        GLib.MainContext.default().iteration(False)
        time.sleep(0.002)


def test_what_is_awaited_too_long_is_told_once():
    calls = []
    overdue_reports = OverdueReports(lambda: calls.append(overdue_reports.overdue({1: 0.05, 2: 10})))
    assert overdue_reports.overdue({1: 0.05, 2: 10}) == frozenset()
    iterate(0.15)
    assert calls == [{1}]
    assert overdue_reports.overdue({1: 0.05, 2: 10}) == {1}
    assert overdue_reports.overdue({2: 10}) == frozenset()
    assert overdue_reports.overdue({1: 0.05}) == frozenset(), "awaited anew: the time begins anew"
    assert overdue_reports.overdue({}) == frozenset()
    iterate(0.1)
    assert len(calls) == 1
    assert overdue_reports._timer is None
