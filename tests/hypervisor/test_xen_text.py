"""What xl prints, read without a Xen."""

from __future__ import annotations

import pytest

from qnet_gui.hypervisor import xen_text
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import HypervisorError

_UUID = "5c3c3c84-3b5e-4b07-9f6b-6d6d6f2f7a0{}"
_HEADER = (
    "Name                                        ID   Mem VCPUs\tState\tTime(s)   UUID                            "
    "Reason-Code\tSecurity Label"
)


def row(name: str, domid: int, flags: str, uuid: str, reason: str = "-") -> str:
    return f"{name:<40} {domid:5} {256:5} {1:5}     {flags}  {4.2:8.1f} {uuid} {reason:>8} {'-':>16}"


def test_domains() -> None:
    dom0 = "00000000-0000-0000-0000-000000000000"
    text = "\n".join(
        (
            _HEADER,
            row("Domain-0", 0, "r-----", dom0),
            row("work", 7, "--p---", _UUID.format(1)),
            row("netvm", 3, "-b----", _UUID.format(2)),
            row("(null)", 9, "--ps-d", _UUID.format(3), "0"),
            row("a name", 10, "------", _UUID.format(4)),
        )
    )
    assert xen_text.domains(text + "\n") == [
        DomainInfo(0, "Domain-0", dom0, DomainState.RUNNING),
        DomainInfo(3, "netvm", _UUID.format(2), DomainState.RUNNING),
        DomainInfo(7, "work", _UUID.format(1), DomainState.PAUSED),
        DomainInfo(9, "domain-9", _UUID.format(3), DomainState.DYING),
        DomainInfo(10, "a name", _UUID.format(4), DomainState.RUNNING),
    ]


def test_names_that_would_be_shown_alike_are_told_apart() -> None:
    """What is shown of them is ASCII, and by that people, the map and the traffic know them."""
    long = "n" * 70
    names = ("работа", "музыка", "büro", long + "1", long + "2", "twice", "twice", "a\u2028b")
    rows = [row(name, number, "-b----", _UUID.format(number)) for number, name in enumerate(names, 1)]
    shown = [info.name for info in xen_text.domains("\n".join((_HEADER, *rows, "")))]
    cut = "n" * 55 + "..."
    assert shown == ["??????-1", "??????-2", "b?ro", f"{cut}-4", f"{cut}-5", "twice", "twice", "a?b"]


def test_long_name_leaves_one_space() -> None:
    domains = xen_text.domains(f"{_HEADER}\n{row('n' * 60, 4, 'r-----', _UUID.format(1))}")
    assert [(info.name, info.id) for info in domains] == [("n" * 60, 4)]


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        ("r-----", DomainState.RUNNING),
        ("-b----", DomainState.RUNNING),
        ("------", DomainState.RUNNING),
        ("--p---", DomainState.PAUSED),
        ("-bp---", DomainState.PAUSED),
        ("---s--", DomainState.DYING),
        ("---sc-", DomainState.DYING),
        ("--ps-d", DomainState.DYING),
    ],
)
def test_state(flags: str, state: DomainState) -> None:
    assert xen_text.state(flags) is state


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ERROR:  Can't find hypervisor information in sysfs!",
        f"{_HEADER}\nwork 7",
        f"{_HEADER}\n{row('work', 40000, 'r-----', _UUID.format(1))}",
        f"{_HEADER}\n{row('work', 4, 'r-----', '-' * 36)}",
    ],
)
def test_what_is_no_list(text: str) -> None:
    with pytest.raises(HypervisorError, match="xl list cannot be understood"):
        xen_text.domains(text)


@pytest.mark.parametrize(
    ("caps", "iommu"),
    [
        ("virt_caps              : pv hvm hvm_directio pv_directio hap", True),
        ("virt_caps              : pv", False),
        ("virt_caps              :", False),
        ("release                : 6.1.0", None),
    ],
)
def test_iommu(caps: str, iommu: bool | None) -> None:
    assert xen_text.iommu(xen_text.info(f"host                   : dom0\n{caps}\n")) is iommu


@pytest.mark.parametrize(
    ("stderr", "why"),
    [
        (
            "libxl: error: libxl_domain.c:1234:libxl_domain_unpause: Domain 4:Unpausing failed\nxl: nothing more\n",
            "Domain 4:Unpausing failed",
        ),
        ("unknown domain\n", "unknown domain"),
        ("9 is an invalid domain identifier (rc=-6)\n", "9 is an invalid domain identifier (rc=-6)"),
        ("\n", ""),
        ("a \x1b[31mcolour\n", "a ?[31mcolour"),
    ],
)
def test_reason(stderr: str, why: str) -> None:
    assert xen_text.reason(stderr) == why
