"""From a dom0 that owns its network cards to a domain that loads a page, by what an administrator types; and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from boot import Machine
from qemu import CARDS
from stack import agent_runs
from test_netvm import DRIVER
from test_screen import Window
from test_story import CURL, PAGE
from typed import BACK, CREATE, ENABLE, FOLDER, LOAD, LOOK, SET_UP, TAKE_BACK, TO_A_PAGE, UNMAKE, Line

#: As Debian's Xen has it: at a bridge of dom0's.
VIF = "vif=['bridge=xenbr0']"
BOOTED = "systemctl is-system-running --wait | grep -Ex 'running|degraded'"
#: Whoever serves the netvm's screen, whoever has started him.
DISPLAY = "'^/usr/bin/python3 -I /usr/lib/qnet/qnet-display'"
PACKAGES = "dpkg-query -W -f '${db:Status-Abbrev}' 'qnet-*' 2>/dev/null"
#: Seconds for a line; during one of them an emulated netvm boots.
LONG = 900


_NOT_AT_FAULT = {SET_UP: "All is set up.", UNMAKE: "! /etc/qnet/netvm.cfg was changed since, and is left"}


class Keyboard:
    """Types lines in a machine. How long each took is a figure."""

    def __init__(self, machine: Machine, figures: Callable[[str], None]) -> None:
        self._machine, self._figures = machine, figures
        self.seconds = 0.0

    def type(self, line: Line) -> str:
        """What it printed. It must succeed, but that `qnet setup` ends as its doctor does.

        And that netvm.cfg is left, and said to be: somebody has changed it, by one of these lines.
        """
        began = self._machine.age
        done = self._machine.run(f"cd {FOLDER} && {line.text}", line.domain, LONG)
        took = self._machine.age - began
        self.seconds += took
        self._figures(f"{took:6.1f} s  {line.domain}# {line.text}")
        well = done.status == 0 or _NOT_AT_FAULT.get(line, "\0") in done.output
        assert well, f"{line.domain}# {line.text}\n{done.output}"
        return done.output


# -- what is so after a line


def _has_planned(machine: Machine, said: str) -> None:
    assert f"Network cards: 0000:{CARDS[0]} (e1000), 0000:{CARDS[1]} (e1000)\nIOMMU: on\n" in said
    assert "have netvm serve work" in said
    assert VIF in machine.ok("cat /etc/xen/work.cfg")


def _has_given_its_cards_away(machine: Machine, _: str) -> None:
    """To the netvm that was made, whose root is the disk that was made."""
    agent_runs(machine, seconds=300)
    assert "Nothing is wrong" in machine.until("qnet doctor", seconds=300)
    assert machine.ok("ls /sys/class/net") == "lo"
    assert machine.ok("systemctl is-enabled qnet-helper qnet-netvm").split() == ["enabled", "enabled"]
    assert "backend=netvm,script=vif-route-qubes" in machine.ok("cat /etc/xen/work.cfg")
    machine.ok("grep -x XENDOMAINS_SAVE= /etc/default/xendomains")
    assert machine.ok("findmnt -no SOURCE /; cat /etc/hostname", "netvm").split() == ["/dev/xvda", "netvm"]
    assert machine.ok("systemctl is-active qnet-agent qnet-devd NetworkManager", "netvm").split() == ["active"] * 3


def _has_booted(machine: Machine, _: str) -> None:
    machine.ok(BOOTED, "work", seconds=400)


def _reaches_the_world(machine: Machine, _: str) -> None:
    assert machine.until(CURL, "work") == PAGE


def _has_loaded(machine: Machine, said: str) -> None:
    assert PAGE in said
    _gives_its_screen(machine)


def _gives_its_screen(machine: Machine) -> None:
    """To a window of dom0's; by systemd's qnet-display where xl's has been killed. The image has no X for it."""
    program = "/root/screen_window.py"
    machine.write(program, (Path(__file__).parent / "machine/screen_window.py").read_text())
    machine.ok(f"chmod 755 {program}; ({program} >/dev/null 2>&1 &)")
    machine.until("test -S /run/screen-window")
    window = Window(machine, program)

    def given() -> bool:
        answer = window.try_to("open")
        return "error" not in answer and answer["first_picture"] is not None

    machine.wait("a picture", given)
    for signal in (9, 15):
        machine.ok(f"pkill -{signal} -f {DISPLAY}")
        machine.wait("another picture", given)
        assert machine.ok("systemctl is-active qnet-display@$(xl domid netvm)") == "active"


def _is_as_before(machine: Machine, said: str) -> None:
    assert "Everything is as it was before qnet setup." in said
    assert [machine.ok(DRIVER.format(card)) for card in CARDS] == ["e1000", "e1000"]
    assert machine.run("xl domid netvm").status != 0
    assert machine.run(f"pgrep -f {DISPLAY}").output == ""
    assert VIF in machine.ok("cat /etc/xen/work.cfg")
    machine.ok("grep ^XENDOMAINS_SAVE=/ /etc/default/xendomains")
    assert machine.run("systemctl is-enabled qnet-helper qnet-netvm").output.split() == ["disabled", "disabled"]
    assert machine.until(CURL) == PAGE


AFTER: dict[Line, Callable[[Machine, str], None]] = {
    LOOK: _has_planned, SET_UP: _has_given_its_cards_away, CREATE: _has_booted, ENABLE: _reaches_the_world,
    LOAD: _has_loaded, TAKE_BACK: _is_as_before,
}  # fmt: skip


def _has_nothing(machine: Machine) -> None:
    assert machine.run("command -v qnet").status != 0
    assert "ii" not in machine.run(PACKAGES).output


def _type(machine: Machine, keyboard: Keyboard, lines: tuple[Line, ...]) -> None:
    for line in lines:
        said = keyboard.type(line)
        if line in AFTER:
            AFTER[line](machine, said)


@pytest.mark.thorough
def test_from_bare_domains_to_a_page_and_back(without_qnet: Machine, figures: Callable[[str], None]) -> None:
    machine = without_qnet
    machine.ok(BOOTED, seconds=400)
    _has_nothing(machine)
    assert machine.until(CURL) == PAGE
    machine.write("/etc/xen/work.cfg", machine.config("work", "guest", 320, VIF))
    figures(f"{machine.age:6.1f} s  from power on to a dom0 with a network, and without qnet")
    keyboard = Keyboard(machine, figures)
    _type(machine, keyboard, TO_A_PAGE)
    figures(f"{keyboard.seconds:6.1f} s  of these {len(TO_A_PAGE)} lines; {machine.age:.0f} s from power on to a page")
    _type(machine, keyboard, BACK)
    _has_nothing(machine)
    machine.ok("test ! -e /var/lib/xen/netvm && test -e /var/lib/xen/netvm.img")
