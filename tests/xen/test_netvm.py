"""The netvm on a real Xen: as a service of dom0, gone and back, without an IOMMU, and dom0 in its place."""

from __future__ import annotations

import pytest
from boot import Machine
from qemu import CARDS
from stack import DOMAINS, ONLINE, configure_netvm, tray_says, vif
from test_story import CURL, PAGE

#: libxl gives the netvm ten seconds to let go of a card, which emulated are not always enough; then it is asked again.
TWENTY_TIMES = f"""
set -e
card() {{ xl network-list work | awk 'NR==2{{print $1}}'; }}
home=/local/domain/$(xl domid netvm)/backend/vif/$(xl domid work)
for turn in $(seq 20); do
    while [ "$(card)" ]; do xl network-detach work $(card) || true; done
    xl network-attach work backend=netvm script=vif-route-qubes ip=10.137.0.20
    {ONLINE}
done
"""
DRIVER = "basename $(readlink /sys/bus/pci/devices/0000:{}/driver)"


def _drivers(machine: Machine) -> list[str]:
    return [machine.run(DRIVER.format(card)).output.strip() for card in CARDS]


def test_destroyed_and_started_again_its_domains_are_back_by_themselves(machine: Machine) -> None:
    machine.ok("xl pause personal; xl destroy netvm")
    machine.until("qnet status | head -n 1 | grep -F 'netvm is not running'")
    assert _drivers(machine) == ["pciback", "pciback"]
    machine.ok("qnet netvm start --wait 500", seconds=200)
    machine.ok("xl unpause personal")
    for name in DOMAINS:
        assert machine.until(CURL, name) == PAGE


@pytest.mark.thorough
def test_stopped_and_started_the_cards_go_back_and_forth(machine: Machine) -> None:
    assert _drivers(machine) == ["pciback", "pciback"]
    output = machine.ok("qnet netvm start")
    assert "runs" in output
    assert "done" not in output
    assert "stopped netvm" in machine.ok("qnet netvm stop", seconds=120)
    assert _drivers(machine) == ["e1000", "e1000"]
    assert machine.run("xl domid netvm").status != 0
    machine.until("qnet doctor | grep -F 'dom0 has a network card of its own: eth0'")
    machine.ok("qnet netvm start --wait 500", seconds=200)
    assert _drivers(machine) == ["pciback", "pciback"]
    machine.until("! qnet doctor | grep -F 'dom0 has a network card of its own'")
    assert machine.until(CURL, "work") == PAGE


@pytest.mark.thorough
def test_a_card_detached_and_attached_twenty_times(machine: Machine) -> None:
    machine.ok(TWENTY_TIMES, seconds=400)
    assert machine.until(CURL, "work") == PAGE
    assert machine.ok("ip -br link", "netvm").count("vif") == 2
    assert len(machine.ok("nft list set inet qnet vif_address", "netvm").split("vif")) == 4


def test_without_an_iommu_the_netvm_is_refused_in_words(without_iommu: Machine) -> None:
    machine = without_iommu
    configure_netvm(machine)
    refused = machine.run("qnet netvm start", seconds=120)
    assert refused.status == 1
    assert "IOMMU" in refused.output
    assert "dom0" in refused.output
    assert _drivers(machine) == ["e1000", "e1000"]
    assert machine.run("xl domid netvm").status != 0
    assert machine.status()["isolation"]["iommu"] == "off"
    assert "IOMMU" in machine.run("qnet doctor").output
    shown = tray_says(machine, "Isolation:")
    assert "The IOMMU is off." in shown
    assert "dom0 has network cards of its own: eth0 (0000:00:04.0) and eth1 (0000:00:08.0)." in shown


@pytest.mark.thorough
def test_dom0_as_the_netvm(bare: Machine) -> None:
    bare.ok("modprobe xen-netback; ip link set eth0 up; ip address add 10.0.2.15/24 dev eth0")
    bare.ok("ip route add default via 10.0.2.2; echo nameserver 10.0.2.3 >/etc/resolv.conf")
    refused = bare.run("/usr/bin/qnet-agent")
    assert "This is dom0, and netvm is the netvm" in refused.output
    assert (refused.status, bare.ok("cat /proc/sys/net/ipv4/ip_forward")) == (78, "0")
    bare.until("qnet netvm set dom0", seconds=60)
    result = bare.run("qnet netvm set dom0")
    assert "can be attacked" in result.output
    bare.ok("(/usr/bin/qnet-agent >/var/log/qnet-test/qnet-agent.log 2>&1 &)")
    # emulated, the script's own work without an agent takes longer than the ten seconds that libxl gives it
    bare.until("xenstore-read /local/domain/0/data/qnet/agent/state | grep -qx running")
    bare.create("work", "guest", 224, vif(DOMAINS["work"], backend="0"))
    assert bare.until(CURL, "work") == PAGE
    assert "dom0" in bare.run("qnet doctor").output
