"""dom0's own routing table, from the kernel's file."""

from __future__ import annotations

from qnet_gui.dom0.observe import own_routes

TABLE = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100890A\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0100890A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
"""


def test_rows() -> None:
    assert [route.line for route in own_routes.parse(TABLE.splitlines())] == [
        "0.0.0.0 10.137.0.1 0.0.0.0 UG 100 0 0 eth0",
        "10.137.0.1 0.0.0.0 255.255.255.255 UH 0 0 0 eth0",
    ]


def test_the_kernels_own_can_be_read() -> None:
    assert all(route.flags for route in own_routes.read())
