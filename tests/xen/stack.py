"""What the tests start from: a netvm that owns both cards, and two domains behind it."""

from __future__ import annotations

from boot import Machine
from typed import MAKE, PERMIT

from qnet_gui.dom0.netvm_image.netvm_cfg import DISPLAY, SCREEN
from qnet_gui.model.snapshot import from_wire
from qnet_gui.tray.pages import overview

#: Addresses of the domains, by name.
DOMAINS = {"work": "10.137.0.20", "personal": "10.137.0.21"}

#: In the netvm, of the X server that shows nm-applet.
X_DISPLAY = ":63"

#: Of the name of nm-applet's icon, which is a window, once NetworkManager is connected.
ICON = "Ethernet network connection"

#: For a shell in dom0: wait until the one card whose frontend's node in the netvm's home is `$home` is online.
ONLINE = "until xenstore-read $home/$(xenstore-list $home)/hotplug-status | grep -q connected; do sleep 0.02; done"


def vif(address: str, backend: str = "netvm") -> str:
    """The line of xl's configuration for a domain's card."""
    return f"vif=['backend={backend},script=vif-route-qubes,ip={address}']"


def agent_runs(machine: Machine, seconds: float = 120) -> None:
    """Wait until the netvm's agent has told dom0 of an uplink that is up."""
    home = "/local/domain/$(xl domid netvm)/data/qnet"
    machine.until(f"xenstore-read {home}/agent/state | grep -qx running", seconds=seconds)
    machine.until(f"xenstore-read {home}/uplink/0/state | grep -qx up", seconds=seconds)


def disconnect_dom0(machine: Machine) -> None:
    """Disconnect dom0, and wait until it is.

    libxl gives a driver domain ten seconds to let go of a vif, which emulated are not always enough: then dom0 is
    closed, and the helper keeps trying to take the card away.
    """
    done = machine.run("qvm-dom0-network-via-netvm down", seconds=120)
    late = "timed out while waiting" in done.output and done.output.endswith("qnet keeps trying.\n")
    assert done.status == 0 or late, done.output
    machine.until("qnet dom0 status | grep -F 'not connected'")


def tray_says(machine: Machine, about: str) -> str:
    """What the tray's Status shows in a row of its first table, for what dom0's helper says."""
    return dict(overview.page(from_wire(machine.status())).facts)[about]


def configure_netvm(machine: Machine) -> None:
    """Write the configuration that `qnet netvm start` makes the netvm of."""
    machine.write("/etc/qnet/netvm.cfg", machine.config("netvm", "netvm", 320, "driver_domain=1", "pci_permissive=1"))


def configure_screen(machine: Machine) -> None:
    """The same with a screen."""
    screen = (f"{key}={value!r}" for key, value in zip(SCREEN, (["vnc=0"], DISPLAY), strict=True))
    lines = ("driver_domain=1", "pci_permissive=1", *screen)
    machine.write("/etc/qnet/netvm.cfg", machine.config("netvm", "netvm", 640, *lines))


def bring_up_screen(machine: Machine) -> None:
    """A netvm with a screen, nm-applet on it, another domain, which is paused, and a window in dom0 that waits."""
    machine.ok("true")
    machine.note("dom0 takes commands")
    machine.ok("systemd-sysusers qnet-dom0.conf")
    configure_screen(machine)
    machine.ok("qnet netvm start --wait 500", seconds=200)
    machine.note("the netvm runs")
    start_screen(machine)
    machine.create_tiny("other")
    machine.ok("xl pause other")
    machine.ok("(/usr/lib/qnet-test/screen_window.py >/var/log/qnet-test/screen_window.log 2>&1 &)")
    machine.until("test -S /run/screen-window")
    machine.note("all of it is up")


def start_screen(machine: Machine) -> None:
    """Start X and nm-applet in the netvm, and wait until its icon is there."""
    machine.ok("(/usr/lib/qnet-test/start-screen >/var/log/qnet-test/start-screen.log 2>&1 &)", "netvm")
    machine.until(f"DISPLAY={X_DISPLAY} xwininfo -root -tree | grep {ICON!r}", "netvm", seconds=240)
    machine.note("nm-applet is there")


def bring_up_installed_screen(machine: Machine) -> None:
    """A netvm with a screen by installed packages and systemd, whose agent has an uplink, and a window in dom0."""
    machine.ok("systemctl is-system-running --wait | grep -Ex 'running|degraded'", seconds=300)
    configure_screen(machine)
    machine.ok("systemctl enable --now qnet-netvm", seconds=600)
    agent_runs(machine, seconds=300)
    machine.note("netvm's agent has an uplink")
    machine.ok("(/usr/lib/qnet-test/screen_window.py >/var/log/screen_window.log 2>&1 &)")
    machine.until("test -S /run/screen-window")


def bring_up_installed(machine: Machine) -> None:
    """The same with installed packages and systemd, by what an administrator would type.

    The netvm is one that `qnet netvm make` has made; its image lies on a disk of dom0's.
    """
    machine.ok("systemctl is-system-running --wait | grep -Ex 'running|degraded'", seconds=300)
    machine.note("dom0 is up")
    machine.ok("mount -o noatime /dev/vdc /mnt && cp -a /var/lib/xen/. /mnt && umount /mnt")
    machine.ok("mount -o noatime /dev/vdc /var/lib/xen")
    for line in (MAKE, PERMIT):
        machine.ok(line.text, seconds=300)
    machine.note("the netvm is made")
    machine.ok("sed -i s/^XENDOMAINS_SAVE=.*/XENDOMAINS_SAVE=/ /etc/default/xendomains")  # as `qnet setup` does
    machine.ok("systemctl enable --now qnet-netvm", seconds=600)
    agent_runs(machine, seconds=300)
    machine.note("netvm's agent has an uplink")
    machine.create("work", "guest", 320, vif(DOMAINS["work"]))
    machine.until("xenstore-read /local/domain/$(xl domid work)/data/qnet/guest/address | grep .", seconds=300)
    machine.note("the domain is online")


def bring_up(machine: Machine) -> None:
    """From power on to two domains that are online; what took how long is noted."""
    machine.ok("true")
    machine.note("dom0 takes commands")
    configure_netvm(machine)
    machine.ok("qnet netvm start --wait 500", seconds=200)
    agent_runs(machine)
    machine.note("netvm's agent has an uplink")
    for name, address in DOMAINS.items():
        machine.create(name, "guest", 224, vif(address))
    for name in DOMAINS:
        machine.until(f"xenstore-read /local/domain/$(xl domid {name})/data/qnet/guest/address | grep .")
    machine.note("two domains are online")
