"""The Upgrade page: what will happen, one button, the steps, the countdown, the packages, and the way back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from qnet_gui.model.errors import QnetError
from qnet_gui.model.package_upgrade.packages import Stage
from qnet_gui.model.preflight import Preflight, from_answer
from qnet_gui.model.snapshot import MINUTES_MAX, Dom0State, Snapshot
from qnet_gui.model.translation import tr
from qnet_gui.tray.desktop import terminal
from qnet_gui.tray.pages.packages import is_shown, packages, stages
from qnet_gui.tray.pages.upgrade import UpgradeInputs, UpgradePage, left, now, upgrade
from qnet_gui.tray.qt import QHBoxLayout, QProcess, QShowEvent, Qt, QTimer
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.dbus import moment, unsigned
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.state.menu import Action
from qnet_gui.tray.widgets.fields import SpinBox
from qnet_gui.tray.widgets.flow import Flow
from qnet_gui.tray.widgets.let_qt_end import let_qt_end
from qnet_gui.tray.widgets.parts import (
    Facts,
    Lines,
    Notice,
    button,
    caption,
    heading,
    label,
    name_button,
    say,
    section,
    spacer,
)
from qnet_gui.tray.widgets.raise_window import raise_window
from qnet_gui.tray.window.packages_part import PackagesWidget, Stages
from qnet_gui.tray.window.page import Page
from qnet_gui.tray.window.time_question import TimeQuestion

#: What is asked for here, by the helper's names.
_METHODS = ("ConnectDom0", "ExtendDom0", "DisconnectDom0At")
#: Minutes, when neither a person nor the helper has said how many.
_USUAL = 60


def _relevant_state(snapshot: Snapshot | None) -> object:
    """What Preflight's answer depends on; with anything else of a snapshot it need not be asked for again."""
    if snapshot is None:
        return None
    domains = tuple((domain.id, domain.state) for domain in snapshot.domains)
    codes = tuple(problem.code for problem in snapshot.problems)
    uplink = snapshot.uplink.name if snapshot.uplink else ""
    return snapshot.netvm, uplink, bool(snapshot.dns.redirects), domains, codes, snapshot.operation, snapshot.dom0.state


class Upgrade(Page):
    """Closing the window disconnects nothing. The state follows the helper, never the click."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(app_state, "upgrade", tr("Upgrade networking"))
        self._inputs = UpgradeInputs()
        self._asked_state: object = None
        self._asked_of: Snapshot | None = None
        #: What stands in the field unless a person has written another number there.
        self._offered = 1
        #: Whether an answer is awaited, be it that a person is asked for a password.
        self._asking = False
        self._page: UpgradePage | None = None
        self._time_question: TimeQuestion | None = None
        self._guides, self._before = False, self._inputs.progress
        self._stages, self._packages = Stages(), PackagesWidget(app_state)
        self._head, self._more = heading(), label(wrapped=True)
        self._facts, self._checks, self._steps, self._outcome = Facts(), Lines(), Lines(), Lines()
        self._failure, self._failed_steps, self._checks_head = Notice(danger=True), Lines(), section()
        self._failure.add(self._failed_steps)
        self._countdown = heading(tr("Until dom0 is disconnected:"))
        self._minutes = SpinBox()
        self._minutes.setRange(1, MINUTES_MAX)
        self._minutes.setSuffix(" " + tr("min"))
        self._minutes.setAccessibleName(tr("Back to normal by itself after"))
        self._span = caption(control=self._minutes)
        self._connect = button(tr("Connect dom0…"), self._do_connect)
        self._extend = button(tr("Extend"), self._do_extend)
        self._set_time = button(tr("Disconnect at…"), self._do_set_time)
        self._run = button(tr("Run the upgrade"), self._do_run)
        self._disconnect = button(tr("Disconnect now"), lambda: app_state.request(Action.DISCONNECT), danger=True)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._count)
        self._build()

    def _build(self) -> None:
        span = QHBoxLayout()
        for field in (self._span, self._minutes):
            span.addWidget(field)
        span.addStretch()
        above = self._stages, self._failure, self._head, self._countdown, self._more, self._outcome
        for widget in (*above, self._packages, self._steps, self._checks_head, self._facts, self._checks):
            self.column.addWidget(widget)
        self.column.addLayout(span)
        self.column.addStretch()
        row = Flow()
        row.add(self._disconnect, spacer(), self._run, self._set_time, self._extend, self._connect)
        self.column.addLayout(row)

    # -- what is shown

    def opened(self) -> None:
        """The answer of last time is not believed."""
        progress = self.app_state.progress
        self._inputs = UpgradeInputs(read=progress if progress.over else None)
        self._asked_state = None
        self.app_state.packages.look()
        self._choose_minutes()

    def _choose_minutes(self) -> None:
        preflight = self._inputs.preflight
        usual = preflight.minutes if isinstance(preflight, Preflight) else _USUAL
        if self._minutes.value() == self._offered:
            self._offered = self.app_state.settings.minutes or usual
            self._minutes.setValue(self._offered)

    def refresh(self) -> None:
        """Show what is so now, and ask anew what stands in the way when that may be something else."""
        snapshot = self.app_state.snapshot
        state = _relevant_state(snapshot)
        if snapshot is not None and snapshot.dom0.state is not Dom0State.OPEN:
            self._ask_no_time()
        # who gave no answer may give one by now
        again = isinstance(self._inputs.preflight, QnetError) and snapshot is not self._asked_of
        if snapshot is not None and snapshot.dom0.state is Dom0State.CLOSED and (again or state != self._asked_state):
            self._asked_state, self._asked_of = state, snapshot
            self.ask("Preflight", [], self._answered)
        known = self.app_state
        asking = self._asking or any(method in known.client.awaited for method in _METHODS)  # by whatever window
        self._inputs = replace(
            self._inputs, progress=known.progress, unreadable=known.unreadable, in_doubt=known.in_doubt, asking=asking
        )  # fmt: skip
        if self._inputs.progress.error and self._inputs.progress != self._before:  # who connects dom0 next is another
            self._guides = False
        self._show(upgrade(snapshot, self._inputs))
        self._show_packages()

    def _answered(self, answer: Sequence[object] | QnetError) -> None:
        preflight: Preflight | QnetError
        try:
            preflight = answer if isinstance(answer, QnetError) else from_answer(*answer[:1])
        except QnetError as error:
            preflight = error
        self._inputs = replace(self._inputs, preflight=preflight)
        if isinstance(preflight, Preflight):
            self._choose_minutes()
        self.refresh()

    def _show_packages(self) -> None:
        """The stages, and what there is to be seen of packages. Whoever connected dom0 here is led on."""
        snapshot, state = self.app_state.snapshot, self.app_state.packages
        dom0 = snapshot.dom0.state if snapshot else Dom0State.CLOSED
        known = now(snapshot, self._inputs, self.app_state.last_known)
        is_open, shown = dom0 is Dom0State.OPEN, is_shown(state.upgrade, state.present, dom0)
        if self._guides and is_open and state.present is not None:
            self._guides = False
            if state.present and state.upgrade.stage is Stage.NONE:
                state.look_for_updates()
        self._stages.show_stages(stages(known, bool(self._page and self._page.connect), state.upgrade))
        part = packages(state.upgrade, state.left, is_open, state.own)
        self._packages.show_part(part)
        stretch = 1 if part.rows else 0  # not by the size policy, which knows no height that depends on the width
        if self.column.stretch(self.column.indexOf(self._packages)) != stretch:
            self.column.setStretchFactor(self._packages, stretch)
        self._packages.setVisible(shown)
        self._is_seen()
        self._steps.setVisible(
            bool(self._page and self._page.steps and not self._page.failed) and not (shown and is_open)
        )
        name_button(self._run, tr("In a terminal") if state.present else tr("Run the upgrade"))

    def _show(self, page: UpgradePage) -> None:
        old, self._page = self._page, page
        if page == old:
            return
        say(self._head, page.head)
        say(self._more, page.more)
        self._more.setVisible(bool(page.more))
        self._leave_dangerous_ground(page)
        outcome = (page.outcome,) if page.outcome else ()
        self._failure.show_lines(outcome if page.failed else ())
        self._failed_steps.show_lines(page.steps if page.failed else ())
        self._outcome.show_lines(() if page.failed else outcome)
        self._steps.show_lines(() if page.failed else page.steps)
        self._facts.show_facts(page.facts)
        self._checks.show_lines(page.checks)
        say(self._checks_head, page.checks_head)
        self._checks_head.setVisible(bool(page.checks_head))
        name_button(self._span, tr("More time:") if page.extend else tr("Back to normal by itself after:"))
        for field in (self._span, self._minutes):
            field.setVisible(page.choose_minutes)
        self._connect.setVisible(not page.until and not page.disconnect)
        self._connect.setEnabled(page.connect)
        self._connect.setToolTip(plain_text.tip(page.why))
        for longer in (self._extend, self._set_time):
            longer.setVisible(bool(page.until))
            longer.setEnabled(page.extend)
        self._run.setVisible(bool(page.until))
        self._disconnect.setVisible(page.disconnect)
        self._countdown.setVisible(bool(page.until))
        self._count()

    def _leave_dangerous_ground(self, page: UpgradePage) -> None:
        """A button that goes would leave the keyboard to its neighbour, which may be the one that must not be hit."""
        goes = self._connect.hasFocus() and (page.until or page.disconnect or not page.connect)
        goes = goes or (self._disconnect.hasFocus() and not page.disconnect)
        if goes or (not page.until and any(one.hasFocus() for one in (self._extend, self._set_time, self._run))):
            self._head.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's)
        """The countdown is counted only while it can be seen."""
        super().showEvent(event)
        self._count()
        self._is_seen()

    def _is_seen(self) -> None:
        if self.isVisible() and not self.window().isMinimized():
            self.app_state.packages.seen = True

    def _count(self) -> None:
        """Once a second, and only while there is a countdown to be seen. What is tomorrow is today at midnight."""
        until = self._page.until if self._page else 0
        if until and self.isVisible():
            say(self._countdown, left(until, time.time()), tr("Until dom0 is disconnected:"))
            if self._page:
                say(self._head, upgrade(self.app_state.snapshot, self._inputs).head)
            self._tick.start()
        else:
            self._tick.stop()

    # -- what is done

    def _do_connect(self) -> None:
        self._guides, self._before = True, self.app_state.progress
        self._request("ConnectDom0", unsigned(self._minutes.value()))

    def _do_extend(self) -> None:
        self._request("ExtendDom0", unsigned(self._minutes.value()))

    def _do_set_time(self) -> None:
        if self._page and self._page.until:
            self._ask_no_time()
            self._time_question = TimeQuestion(
                self._page.until, lambda until: self._request("DisconnectDom0At", moment(until))
            )
            let_qt_end(self._time_question)
            raise_window(self._time_question)

    def _request(self, method: str, argument: object) -> None:
        self._asking = True
        self._inputs = replace(self._inputs, refused="")
        self.do(method, [argument], self._done)
        self.refresh()

    def _done(self, answer: Sequence[object] | QnetError) -> None:
        refused = answer.translated if isinstance(answer, QnetError) else ""
        self._guides = self._guides and not refused
        self._asking = False
        self._inputs = replace(self._inputs, refused=refused)
        self.refresh()

    def _do_run(self) -> None:
        """In a terminal that outlives the applet."""
        command = self.app_state.settings.command or terminal.usual_command()
        problem = terminal.hindrance(command)
        if not problem:
            program, *arguments = terminal.command_line(command)
            started, _ = QProcess.startDetached(program, arguments, str(Path.home()))
            problem = "" if started else tr("{program} cannot be started.", program=program)
        self._inputs = replace(self._inputs, refused=problem)
        self.refresh()

    def text(self) -> str:
        """See `Page`; the packages are in a table."""
        return super().text() + self._packages.text()

    def ended(self) -> None:
        """The question about the time is closed with the window."""
        super().ended()
        self._ask_no_time()

    def _ask_no_time(self) -> None:
        """There is no time at which dom0 is disconnected, or nobody who could be told."""
        gone, self._time_question = self._time_question, None
        if gone is not None:
            gone.hide()
            gone.deleteLater()


make = Upgrade
