"""Running xl: what fails, what takes too long, and what is not there, with programs that every machine has."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from qnet_gui.hypervisor.port import VifRequest
from qnet_gui.hypervisor.xen import XenHypervisor
from qnet_gui.hypervisor.xen_run import xl
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import HypervisorError, NotFound, Refused
from qnet_gui.model.vif import VifId
from qnet_gui.model.x_display.display import Display

_UUID = "5c3c3c84-3b5e-4b07-9f6b-6d6d6f2f7a01"
#: Counts pauses as Xen does: `list` shows one domain, 4, paused while the count is not 0, which it cannot go below.
_COUNTING = f"""#!/bin/sh
count=$(cat {{folder}}/count)
echo "$1" >>{{folder}}/asked
case "$1 $2" in
"list -v")
    [ "$count" -gt 0 ] && state=--p--- || state=-b----
    echo "Name ID Mem VCPUs\tState\tTime(s)   UUID"
    echo "work 4 256 1 $state 1.0 {_UUID}" ;;
"pause 4") echo $((count + 1)) >{{folder}}/count ;;
"unpause 4") [ "$count" -gt 0 ] && echo $((count - 1)) >{{folder}}/count ;;
*) echo "unknown domain" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def counting(tmp_path: Path) -> XenHypervisor:
    program = tmp_path / "xl"
    program.write_text(_COUNTING.format(folder=tmp_path))
    program.chmod(0o755)
    (tmp_path / "count").write_text("0\n")
    return XenHypervisor(program)


def count(folder: Path) -> int:
    return int((folder / "count").read_text())


def state(hypervisor: XenHypervisor) -> DomainState:
    return hypervisor.domains()[0].state


def test_output() -> None:
    assert xl("two", "words; $HOME", deadline=10, program=Path("/bin/echo")) == "two words; $HOME\n"


def test_failure() -> None:
    with pytest.raises(HypervisorError, match=r"^xl list failed: status 1\.$"):
        xl("list", deadline=10, program=Path("/bin/false"))


def test_deadline() -> None:
    with pytest.raises(HypervisorError, match=r"did not end within 0\.2 s"):
        xl("60", deadline=0.2, program=Path("/bin/sleep"))


def test_no_xl() -> None:
    with pytest.raises(HypervisorError, match="cannot be run: No such file or directory"):
        xl("list", deadline=10, program=Path("/nonexistent/xl"))


def test_pausing_twice_counts_once(counting: XenHypervisor, tmp_path: Path) -> None:
    counting.pause(4)
    counting.pause(4)
    assert (count(tmp_path), state(counting)) == (1, DomainState.PAUSED)
    counting.unpause(4)
    assert state(counting) is DomainState.RUNNING


def test_unpausing_one_that_runs_is_no_error(counting: XenHypervisor) -> None:
    counting.unpause(4)
    assert state(counting) is DomainState.RUNNING


def test_each_domain_is_let_go_by_one_start_of_xl(counting: XenHypervisor, tmp_path: Path) -> None:
    """They are what disconnecting dom0 takes its time for."""
    counting.pause(4)
    (tmp_path / "asked").unlink()
    counting.unpause(4)
    assert (tmp_path / "asked").read_text().split() == ["unpause"]


def test_one_that_its_toolstack_still_makes_stays_paused(counting: XenHypervisor, tmp_path: Path) -> None:
    (tmp_path / "count").write_text("1\n")  # made paused
    counting.pause(4)
    xl("unpause", "4", deadline=10, program=tmp_path / "xl")  # made
    assert state(counting) is DomainState.PAUSED
    counting.unpause(4)
    assert state(counting) is DomainState.RUNNING


def test_paused_again_after_somebody_else_let_it_go(counting: XenHypervisor, tmp_path: Path) -> None:
    counting.pause(4)
    xl("unpause", "4", deadline=10, program=tmp_path / "xl")
    counting.pause(4)
    assert state(counting) is DomainState.PAUSED


def test_no_such_domain(counting: XenHypervisor) -> None:
    with pytest.raises(NotFound):
        counting.pause(5)
    with pytest.raises(NotFound):
        counting.unpause(5)


def test_managed_by_another(tmp_path: Path) -> None:
    hypervisor = XenHypervisor(tmp_path / "xl", managed_by="qubesd")
    request = VifRequest(4, 1, IPv4Address("10.137.0.20"), "00:16:3e:00:00:01")
    for call in (
        lambda: hypervisor.pause(4),
        lambda: hypervisor.unpause(4),
        lambda: hypervisor.attach_vif(request),
        lambda: hypervisor.detach_vif(VifId(4, 0)),
    ):
        with pytest.raises(HypervisorError, match="belong to qubesd"):
            call()


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({}, ""),
        ({"rate": "1250000B/s@50000us"}, " rate=1250000B/s@50000us"),
        ({"mtu": 9000, "untrusted": True}, " untrusted mtu=9000"),
    ],
)
def test_what_xl_is_told_of_a_vif(tmp_path: Path, fake_xen: Any, own: dict[str, Any], words: str) -> None:
    (tmp_path / "xl").write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/said\n')
    (tmp_path / "xl").chmod(0o755)
    hypervisor = XenHypervisor(tmp_path / "xl", store=fake_xen.hardware.socket)
    with pytest.raises(HypervisorError):  # xl has made none
        hypervisor.attach_vif(VifRequest(4, 1, IPv4Address("10.137.0.20"), "00:16:3e:00:00:01", **own))
    said = (tmp_path / "said").read_text().strip()
    assert said == f"network-attach 4 backend=1 script=vif-route-qubes ip=10.137.0.20 mac=00:16:3e:00:00:01{words}"


def test_a_netvms_screen_is_offered_where_xl_starts_the_domains(tmp_path: Path) -> None:
    for managed_by, offered in (("", True), ("qubesd", False)):
        can = XenHypervisor(Path("/bin/true"), managed_by).capabilities()
        assert (can.name, can.managed_by, can.screen) == ("xen", managed_by, offered)


@pytest.mark.parametrize(("managed_by", "where"), [("", "Network applet"), ("qubesd", "qnet applet-host nm-applet")])
def test_windows_do_not_come_to_dom0_and_it_says_where_they_are(managed_by: str, where: str) -> None:
    xen = XenHypervisor(Path("/nonexistent/xl"), managed_by)
    with pytest.raises(Refused) as raised:
        xen.show_program(1, ["qnet", "applet-host", "nm-applet"], Display(0))
    assert raised.value.message == xen.cannot_show
    assert where in xen.cannot_show.english
