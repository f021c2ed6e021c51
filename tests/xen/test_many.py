"""Ten domains at once behind one netvm, and the table of figures: what qnet does beside the same bare commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from boot import Machine
from stack import DOMAINS, ONLINE, vif
from test_story import PAGE

TINY = {f"tiny{number}": f"10.137.0.{100 + number}" for number in range(8)}
#: What `qvm-dom0-network-via-netvm up` and `down` come to without checks and journal, for a list of domains.
BARE_UP = f"""
for name in {{names}}; do xl pause $name; done
xl network-attach 0 backend=netvm script=vif-route-qubes ip=10.137.0.250 mac=00:16:3e:00:00:fa untrusted
until [ -e /sys/class/net/eth0 ]; do sleep 0.02; done
ip link set eth0 up
ip address add 10.137.0.250/32 dev eth0
ip route add default dev eth0 scope link
home=/local/domain/$(xl domid netvm)/backend/vif/0
{ONLINE}
"""
BARE_DOWN = """
ip link set eth0 down
xl network-detach 0 $(xl network-list 0 | awk 'NR==2{{print $1}}')
for name in {names}; do xl unpause $name; done
"""
#: In dom0: the same by who runs already, as the applet does; seconds from each call until the helper says it is done.
APPLET = """
import time
import dbus
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib
DBusGMainLoop(set_as_default=True)
loop, ended = GLib.MainLoop(), {}
bus = dbus.SystemBus()
def end(operation, error, *rest):
    ended[int(operation)] = str(error)
    loop.quit()
bus.add_signal_receiver(end, "OperationEnded")
helper = dbus.Interface(bus.get_object("org.qnet.Helper1", "/org/qnet/Helper1", introspect=False), "org.qnet.Helper1")
for method, arguments in (("ConnectDom0", [dbus.UInt32(0)]), ("DisconnectDom0", [])):
    began = time.monotonic()
    operation = int(helper.get_dbus_method(method)(*arguments))
    while operation not in ended:
        loop.run()
    print(f"{time.monotonic() - began:.1f} s{ended[operation]}")
"""


def _seconds(machine: Machine, script: str) -> float:
    """How long a script takes in dom0, by dom0's clock."""
    said = "/run/timed.log"
    otherwise = f"{{ cat {said}; exit 1; }}"
    timed = f"a=$(date +%s.%N); {{ {script}\n}} >{said} 2>&1 || {otherwise}; b=$(date +%s.%N); echo $a $b"
    began, ended = map(float, machine.ok(timed, seconds=240).split())
    return ended - began


def _up_and_down(machine: Machine, names: list[str]) -> str:
    listed = " ".join(names)
    bare = [_seconds(machine, script.format(names=listed)) for script in (BARE_UP, BARE_DOWN)]
    up = "qvm-dom0-network-via-netvm up"
    # what libxl's ten seconds were not enough for, the helper goes on with
    down = "qvm-dom0-network-via-netvm down || until qnet dom0 status | grep -qF 'not connected'; do sleep 0.2; done"
    ours = [_seconds(machine, script) for script in (up, down)]
    applets = machine.ok(f"python3 -I - <<'END'\n{APPLET}END", seconds=240).splitlines()
    machine.until("qnet dom0 status | grep -F 'not connected'")
    return (
        f"dom0 connected, {len(names):2} domains: {ours[0]:5.1f} s, bare {bare[0]:5.1f} s; "
        f"disconnected: {ours[1]:5.1f} s, bare {bare[1]:5.1f} s; by the applet: {', '.join(applets)}"
    )


def _roaming(machine: Machine) -> str:
    """The first card's cable is pulled: until NetworkManager has other servers, and dom0 reads the redirection."""
    home = f"/local/domain/{machine.domid('netvm')}/data"
    tells = "until ! grep -q 10.0.2.3 /run/NetworkManager/resolv.conf; do sleep 0.02; done; xenstore-write data/bare 1"
    machine.ok(f"({tells}) >/dev/null 2>&1 &", "netvm")
    began = float(machine.ok("date +%s.%N"))
    machine.monitor.cable("net2", plugged=False)
    times = machine.ok(
        f"bare= ours=; until [ $bare ] && [ $ours ]; do\n"
        f"[ $bare ] || ! xenstore-exists {home}/bare || bare=$(date +%s.%N)\n"
        f"[ $ours ] || xenstore-read {home}/qnet/dns/redirects | grep -q 10.0.2.3 || ours=$(date +%s.%N)\n"
        "sleep 0.02; done; echo $bare $ours"
    )
    bare, ours = (float(word) - began for word in times.split())
    return f"the second card takes over: {ours:.1f} s from the cable to the redirection, NetworkManager {bare:.1f} s"


def _vif(machine: Machine) -> str:
    bare = _seconds(
        machine,
        "while xl network-list personal | grep -q '^0'; do xl network-detach personal 0; done\n"
        "xl network-attach personal backend=netvm script=vif-route-qubes ip=10.137.0.21\n"
        f"home=/local/domain/$(xl domid netvm)/backend/vif/$(xl domid personal)\n{ONLINE}",
    )
    # twice, as xl's own in other tests: libxl waits 10 s for the backend, which emulated are not always enough
    ours = _seconds(machine, "for time in 1 2 3 4; do ! qnet domain detach work || break; done")
    assert machine.ok("ls /sys/class/net", "work") == "lo"
    ours += _seconds(machine, "qnet domain attach work")
    return f"a card taken and given back, online: {ours:.1f} s, bare {bare:.1f} s"


@pytest.mark.thorough
def test_ten_domains_at_once_and_the_figures(machine: Machine, _stack: Path, figures: Callable[[str], None]) -> None:
    for what, age in json.loads((_stack / "stages").read_text()):
        figures(f"{what}: {age:.0f} s from power on")
    figures(_up_and_down(machine, list(DOMAINS)))
    figures(_vif(machine))
    for name, address in TINY.items():
        machine.create_tiny(name, vif(address))
    for name in TINY:
        machine.until(f"xenstore-read /local/domain/$(xl domid {name})/data/test/page | grep -x '{PAGE}'", seconds=240)
    listed = machine.status()["domains"]
    assert {domain["name"]: domain["address"] for domain in listed} == DOMAINS | TINY
    figures(_up_and_down(machine, [*DOMAINS, *TINY]))
    figures(_roaming(machine))
