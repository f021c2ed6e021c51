"""On each of these broken machines `qnet doctor` names what is wrong and its cure, and nothing that is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from broken import WORK, Broken

from qnet_gui.cli import doctor
from qnet_gui.doctor import services
from qnet_gui.doctor.examination import examine
from qnet_gui.doctor.machine import Disk, Kind
from qnet_gui.dom0.netvm_lifecycle import reach
from qnet_gui.model.errors import NotAuthorised
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.wire.answers import HelperAway
from qnet_gui.netvm.packet_filter import others_filter, sets

Break = Callable[[Broken], Any]
BUS = "/usr/share/dbus-1/system-services/org.qnet.Helper1.service"
POLICY = "/usr/share/dbus-1/system.d/org.qnet.Helper1.conf"
POLKIT = "/usr/share/polkit-1/actions/org.qnet.policy"
HELPER, AGENT, GUEST = "qnet-helper.service", "qnet-agent.service", "qnet-guest.service"
DISCONNECT = "qnet-disconnect.service"
SCRIPT = "/etc/xen/scripts/vif-route-qubes"
RULES = "/usr/lib/udev/rules.d/60-qnet-guest.rules"
CODE = "/usr/lib/python3/dist-packages/qnet_gui"
WHEEL = f"/usr/local/lib/python{sys.version_info.major}.{sys.version_info.minor}/dist-packages/qnet_gui"
TOML, CFG = "/etc/qnet/qnet.toml", "/etc/qnet/netvm.cfg"
XENDOMAINS = "/etc/default/xendomains"
DISPLAY = "qnet-display"
DPKG = "/usr/bin/dpkg-query --show --showformat=${Package} ${db:Status-Status}\\n qnet-*"
LINK = "/var/lib/qnet/dom0-link.json"
FORWARD = "/proc/sys/net/ipv4/ip_forward"
WORLD_ROUTE = "eth0\t00000000\t0202000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
DROP = (
    '{"nftables": [{"metainfo": {}}, {"chain": {"family": "ip", "table": "filter", "name": "FORWARD",'
    ' "hook": "forward", "policy": "drop"}},'
    ' {"chain": {"family": "inet", "table": "qnet", "name": "forward", "hook": "forward",'
    ' "policy": "drop"}}]}'
)


def of_others(broken: Broken) -> None:
    """All of it: to the doctor, root is somebody else."""
    broken.owner = 4711


def fedora(broken: Broken) -> None:
    broken.write("/etc/os-release", "ID=fedora\n")


def packaged(broken: Broken) -> None:
    broken.write("/var/lib/dpkg/info/qnet-common.list", "")


def of(name: str, **changes: Any) -> Break:
    return lambda broken: broken.unit(name, **changes)


def without(path: str) -> Break:
    return lambda broken: broken.remove(path)


def says(path: str, text: str) -> Break:
    return lambda broken: broken.write(path, text)


def mode(path: str, bits: int) -> Break:
    return lambda broken: broken.path(path).chmod(bits)


def both(*breaks: Break) -> Break:
    return lambda broken: [one(broken) for one in breaks]


def silent(path: str) -> Break:
    return lambda broken: broken.silent.add(path)


def no_module(name: str) -> Break:
    return lambda broken: broken.modules_missing.add(name)


def netvm_file(old: str, new: str) -> Break:
    return lambda broken: broken.change(CFG, old, new)


def card(text: str) -> Break:
    return says("/etc/xen/work.cfg", f"name = 'work'\nvif = ['{text}']\n")


def agent_chosen(broken: Broken) -> None:
    """dom0 is the netvm, and its agent runs."""
    broken.write(TOML, '[dom0]\nnetvm = "dom0"\n')
    broken.unit(AGENT, active="active", enabled="enabled")


def no_screen(broken: Broken) -> None:
    """As it is where somebody has written it before there were screens."""
    for key in ("vfb", "device_model", "xen-fbfront"):
        broken.change(CFG, key, "#")


def out_of_reach(path: str) -> Break:
    """A disk that is there, where its service may not write."""

    def broken_so(broken: Broken) -> None:
        broken.write(path, "")
        broken.change(CFG, "driver", f"disk=['{path},raw,xvda,rw']\ndriver")
        broken.say(" ".join(reach.COMMAND), "ProtectHome=read-only\nProtectSystem=yes\nPrivateTmp=yes\n")

    return broken_so


DOM0: list[tuple[str, Break, str, str]] = [
    # what is installed
    (BUS, without(BUS), "file-missing", "sudo make install ROLE=dom0"),
    ("packages", both(packaged, without(POLICY)), "file-missing", "sudo apt install --reinstall ./qnet-dom0_*.deb"),
    (
        "packages of Fedora",
        both(fedora, without(POLKIT), lambda broken: broken.say("/usr/bin/rpm -q qnet-common", "")),
        "file-missing", "sudo dnf reinstall ./qnet-dom0-*.rpm",
    ),
    (
        "interrupted", both(packaged, lambda broken: broken.say(DPKG, "qnet-common installed\nqnet-dom0 unpacked\n")),
        "package-half", "sudo dpkg --configure -a",
    ),
    ("no bus activation", lambda broken: broken.change(BUS, "SystemdService", "#"), "file-changed", "make install"),
    ("bus refuses", lambda broken: broken.change(POLICY, "<allow own", "<deny own"), "file-changed", POLICY),
    ("no action", lambda broken: broken.change(POLKIT, "org.qnet.connect", "org.x"), "file-changed", POLKIT),
    ("a hook that cannot run", mode(SCRIPT, 0o644), "file-not-executable", f"sudo chmod 755 {SCRIPT}"),
    ("another script", says(SCRIPT, "#!/bin/sh\n"), "file-changed,file-not-executable", SCRIPT),
    ("unit gone", without("/usr/lib/systemd/system/qnet-disconnect.service"), "file-missing", "make install"),
    ("no pyxs", no_module("pyxs"), "module-missing", "sudo apt install python3-pyxs"),
    (
        "no pyxs of ours for Fedora",
        both(fedora, no_module("pyxs"), lambda broken: broken.say("/usr/bin/rpm -q qnet-common", "")),
        "module-of-ours-missing", "in the folder with qnet's packages: sudo dnf install ./python3-pyxs-*.rpm",
    ),
    ("no gi of Fedora's", both(fedora, no_module("gi")), "module-missing", "sudo dnf install python3-gobject-base"),
    ("no Qt", both(packaged, no_module("PyQt5")), "module-missing", "sudo apt install python3-pyqt5"),
    ("no nft", without("/usr/sbin/nft"), "program-missing", "sudo apt install nftables"),
    ("no ip of Fedora's", both(fedora, without("/usr/bin/ip")), "program-missing", "sudo dnf install iproute"),
    ("no xl", without("/usr/sbin/xl"), "program-missing", "xen-utils-common"),
    (
        "code changed",
        both(packaged, lambda broken: broken.say(
            "/usr/bin/dpkg --verify qnet-common", "??5??????   /usr/lib/python3/dist-packages/qnet_gui/x.py\n"
            "??5?????? c /etc/xen/scripts/vif-route-qubes\nmissing     /usr/share/man/man1/qnet.1.gz\n", 1,
        )),
        "code-changed", "qnet-common_*.deb",
    ),
    # dpkg puts no file below /etc back that was removed, unless it is told to
    (
        "packages, a hook that was removed", both(packaged, without(SCRIPT)),
        "file-missing", "sudo apt install --reinstall -o Dpkg::Options::=--force-confmiss ./qnet-common_*.deb",
    ),
    (
        "packages, a hook of others", both(packaged, says(SCRIPT, "#!/bin/sh\n"), mode(SCRIPT, 0o755)),
        "file-changed", f"{SCRIPT}.old; sudo apt install --reinstall -o Dpkg::Options::=--force-confmiss ./qnet-common",
    ),
    (
        "packages, no netvm.cfg", both(packaged, without(CFG)),
        "netvm-file-missing", "--force-confmiss ./qnet-dom0_*.deb; sudoedit",
    ),
    (
        "packages of Fedora, a hook that was removed",
        both(fedora, without(SCRIPT), lambda broken: broken.say("/usr/bin/rpm -q qnet-common", "")),
        "file-missing", "sudo dnf reinstall ./qnet-common-*.rpm",
    ),
    # of programs that are not root's: the bus, polkit, whoever sits at the screen
    ("actions for root alone", mode(POLKIT, 0o600), "file-unreadable", f"sudo chmod a+r {POLKIT}; sudo systemctl"),
    ("bus policy for root alone", mode(POLICY, 0o640), "file-unreadable", "sudo systemctl reload dbus"),
    ("qnet for root alone", mode("/usr/bin/qnet", 0o700), "file-not-executable", "sudo chmod 755 /usr/bin/qnet"),
    # by pip, which Python prefers to what is in packages, and which has no helper in it
    ("a wheel beside it", says(f"{WHEEL}/__init__.py", ""), "code-twice", f"sudo rm -r {WHEEL}"),
    ("a wheel alone", without("/usr/bin/qnet-helper"), "helper-not-installed", "sudo qnet setup --dry-run"),
    (
        "packages of Fedora, without the helper's",
        both(fedora, without("/usr/bin/qnet-helper"), lambda broken: broken.say("/usr/bin/rpm -q qnet-common", "")),
        "helper-not-installed", "sudo dnf install ./qnet-dom0-*.rpm",
    ),
    (
        "packages, without the helper's", both(packaged, without("/usr/bin/qnet-helper")),
        "helper-not-installed", "sudo apt install ./qnet-dom0_*.deb",
    ),
    # services
    ("masked", of(HELPER, load="masked", enabled="masked"), "unit-masked", f"sudo systemctl unmask {HELPER}"),
    ("disabled", of(HELPER, active="inactive", enabled="disabled"), "unit-disabled", f"enable --now {HELPER}"),
    ("runs, but not at boot", of(HELPER, enabled="disabled"), "unit-disabled", f"enable --now {HELPER}"),
    ("stopped", of(HELPER, active="inactive"), "unit-stopped", f"sudo systemctl start {HELPER}"),
    ("failed", of(HELPER, active="failed", result="exit-code"), "unit-failed", f"journalctl -b -u {HELPER}"),
    ("netvm's failed", of("qnet-netvm.service", active="failed"), "unit-failed", "-u qnet-netvm.service"),
    # which nobody may start by hand
    (
        "what disconnects at a shutdown has failed", of(DISCONNECT, active="failed"),
        "unit-failed", f"journalctl -b -u {DISCONNECT}; sudo systemctl restart {HELPER}",
    ),
    (
        "what disconnects at a shutdown is masked", of(DISCONNECT, load="masked"),
        "unit-masked", f"sudo systemctl unmask {DISCONNECT}; sudo systemctl restart {HELPER}",
    ),
    ("bad drop-in", of(HELPER, load="bad-setting"), "unit-unreadable", f"sudo systemctl revert {HELPER}"),
    ("another type", of(HELPER, type="simple"), "unit-otherwise", f"sudo systemctl revert {HELPER}"),
    ("not read again", of(HELPER, outdated=True), "unit-outdated", "sudo systemctl daemon-reload"),
    ("not read at all", of(HELPER, load="not-found", active="inactive"), "unit-outdated", "daemon-reload"),
    ("no bus", silent("/run/dbus/system_bus_socket"), "bus-down", "sudo systemctl start dbus.socket"),
    ("no polkit", without("/usr/lib/polkit-1/polkitd"), "polkit-missing", "sudo apt install polkitd"),
    ("polkit masked", of("polkit.service", load="masked"), "unit-masked", "unmask polkit.service"),
    ("agent runs", of(AGENT, active="active"), "agent-in-dom0", "sudo systemctl disable --now qnet-agent"),
    ("agent enabled", of(AGENT, enabled="enabled"), "agent-in-dom0", "sudo qnet-agent undo"),
    ("agent refused", of(AGENT, active="failed", enabled="enabled"), "agent-in-dom0", "disable --now qnet-agent"),
    (
        "agent was here", both(says("/run/qnet/former.json", "{}"), says(FORWARD, "1\n")),
        "agent-left-over", "sudo qnet-agent undo",
    ),
    ("dom0 chosen, no agent", both(agent_chosen, of(AGENT, active="inactive")), "unit-stopped", "qnet-agent"),
    # configuration
    ("unknown key", says(TOML, "[dom0]\nnetvms = 1\n"), "config-wrong", "sudo systemctl restart qnet-helper"),
    ("wrong type", says(TOML, "[dom0]\nminutes = 'x'\n"), "config-wrong", "restart qnet-helper"),
    ("no TOML", says(TOML, "[dom0\n"), "config-wrong", "restart qnet-helper"),
    ("of others", of_others, "config-owner,file-owner", f"sudo chown root:root {TOML}"),
    ("programs of others", of_others, "config-owner,file-owner", f"sudo chown -R root:root {CODE} /usr/bin/qnet "),
    ("for all to write", mode(TOML, 0o666), "config-writable", f"sudo chmod go-w {TOML}"),
    ("a program for all to write", mode("/usr/bin/qnet-helper", 0o777), "file-writable", "go-w /usr/bin/qnet-helper"),
    ("code for a group to write", mode(CODE, 0o775), "file-writable", f"sudo chmod -R go-w {CODE}"),
    ("folder for a group to write", mode("/etc/qnet", 0o775), "config-writable", "sudo chmod go-w /etc/qnet"),
    ("no netvm.cfg", without(CFG), "netvm-file-missing", "sudoedit /etc/qnet/netvm.cfg"),
    ("empty netvm.cfg", netvm_file("kernel", "#"), "netvm-file-empty", "sudoedit /etc/qnet/netvm.cfg"),
    (
        "another name", netvm_file("'netvm'", "'sys-net'"),
        "netvm-file-name", "sudoedit /etc/qnet/qnet.toml; sudo systemctl restart qnet-helper",
    ),
    ("a bridge", netvm_file("driver", "vif=['mac=x,bridge=xenbr0']\ndriver"), "netvm-file-bridge", "netvm restart"),
    ("kernel gone", without("/boot/vmlinuz"), "netvm-file-names-nothing", "sudoedit /etc/qnet/netvm.cfg"),
    (
        "disk gone", netvm_file("driver", "disk=['format=raw,vdev=xvda,access=rw,target=/srv/netvm.img']\ndriver"),
        "netvm-file-names-nothing", "ls -l /srv",
    ),
    (
        "another model gone", netvm_file("/usr/lib/qnet/qnet-display", "/usr/lib/xen/mine"),
        "netvm-file-names-nothing", "ls -l /usr/lib/xen",
    ),
    (
        "disk in a home", out_of_reach("/root/netvm.img"),
        "netvm-file-out-of-reach", "sudo mv /root/netvm.img /var/lib/xen/; sudoedit /etc/qnet/netvm.cfg",
    ),
    ("ends of lines", netvm_file("\n", "\r\n"), "netvm-file-not-read", "sudo xl create --dryrun /etc/qnet/netvm.cfg"),
    ("no quotes", netvm_file("'netvm'", "netvm"), "netvm-file-not-read", "sudoedit /etc/qnet/netvm.cfg"),
    ("bridge left", card("bridge=xenbr0"), "vif-of-dom0", "sudo qnet setup"),
    ("no backend", card("script=vif-route-qubes"), "vif-of-dom0", "sudo qnet setup"),
    ("no script", card("backend=netvm"), "vif-without-script", "sudo qnet setup"),
    ("script gone", card("backend=netvm,script=vif-mine"), "vif-script-missing", "sudoedit /etc/xen/work.cfg"),
    (
        "a blank in a file's name", says("/etc/xen/my work.cfg", "name='w'\nvif = ['backend=netvm,script=vif-mine']\n"),
        "vif-script-missing", "sudoedit '/etc/xen/my work.cfg'",
    ),
    ("all saved", says(XENDOMAINS, "XENDOMAINS_SAVE=/save\n"), "xendomains-saves", f"sudoedit {XENDOMAINS}"),
    (
        "netvm saved", both(says(XENDOMAINS, "XENDOMAINS_SAVE=/save\n"), says("/save/netvm", "")),
        "netvm-saved,xendomains-saves", "sudo rm /save/netvm",
    ),
    (
        "state for all", both(says("/var/lib/qnet/x", ""), mode("/var/lib/qnet", 0o777)),
        "state-folder", "sudo chmod 700 /var/lib/qnet",
    ),
    ("full", lambda b: setattr(b, "disk", Disk(full=True)), "disk-full", "df -h /; df -i /"),
    ("read-only", lambda b: setattr(b, "disk", Disk(read_only=True)), "disk-read-only", "sudo mount -o remount,rw /"),
    (
        "read-only, a disk of its own", lambda b: setattr(b, "disk", Disk(read_only=True, mount="/var")),
        "disk-read-only", "findmnt --target /var; sudo mount -o remount,rw /var",
    ),
    ("left connected", says(LINK, "{}"), "journal-left", "systemctl start qnet-helper"),
    # Xen
    (
        "no Xen", both(without("/sys/hypervisor/type"), without("/proc/xen/capabilities")),
        "not-booted-by-xen", "sudo systemctl reboot",
    ),
    (
        "left connected, and no Xen",
        both(without("/sys/hypervisor/type"), without("/proc/xen/capabilities"), says(LINK, "")),
        "not-booted-by-xen", "sudo systemctl reboot",
    ),
    ("no xenfs", without("/proc/xen/capabilities"), "xenfs-missing", "sudo mount -t xenfs xenfs /proc/xen"),
    ("xenstored died", silent("/run/xenstored/socket"), "xenstore-down", "sudo systemctl start xen"),
    (
        "xenstored died, with a unit of its own",
        both(silent("/run/xenstored/socket"), says("/usr/lib/systemd/system/xenstored.service", "")),
        "xenstore-down", "sudo systemctl start xenstored",
    ),
    ("xl fails", lambda broken: broken.say("/usr/sbin/xl info", "", 1), "xl-silent", "sudo xl info"),
    ("no IOMMU", lambda broken: broken.say("/usr/sbin/xl info", "virt_caps : pv\n"), "iommu-off", "sudo xl dmesg"),
    (
        "card at its driver",
        lambda broken: broken.link("/sys/bus/pci/devices/0000:03:00.0/driver", "../../drivers/e1000"),
        "nic-in-dom0", "sudo qnet netvm restart",
    ),
    (
        "no pciback", without("/sys/bus/pci/drivers/pciback"),
        "pciback-missing", "sudo apt install linux-image-amd64",
    ),
    # the network
    ("forwarding", says(FORWARD, "1\n"), "forwarding-in-dom0", "sudo sysctl -w net.ipv4.ip_forward=0"),
    (
        "a route of its own", lambda broken: broken.path("/proc/net/route").write_text(f"Iface\n{WORLD_ROUTE}"),
        "route-in-dom0", "sudo ip link set eth0 down",
    ),
    ("names lead nowhere", lambda b: b.link("/etc/resolv.conf", "/gone"), "resolv-conf-dangling", "sudo rm"),
    (
        "resolved was removed", lambda b: b.link("/etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf"),
        "resolv-conf-dangling", "ls -l /etc/resolv.conf; sudo rm /etc/resolv.conf",
    ),
    (
        "no resolved",
        both(
            says("/usr/lib/systemd/system/systemd-resolved.service", ""),
            lambda b: b.link("/etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf"),
        ),
        "resolved-down", "sudo systemctl enable --now systemd-resolved",
    ),
    (
        "NetworkManager told otherwise", says("/etc/NetworkManager/conf.d/30-qnet-dom0.conf", ""),
        "networkmanager-overridden", "sudo systemctl reload NetworkManager",
    ),
    # the netvm's screen
    ("no screen", no_screen, "no-screen", "xen-fbfront.video=3,1024,768 vt.global_cursor_default=0"),
    ("a device model for no screen", netvm_file("vfb", "#"), "vfb-missing", "vfb = [ 'vnc=0' ]"),
    ("a screen by QEMU", netvm_file("device_model", "#"), "display-not-named", "/usr/lib/qnet/qnet-display"),
    ("no size", netvm_file("xen-fbfront", "x"), "screen-size", "xen-fbfront.video=3,1024,768"),
    (
        "another size", says(TOML, '[dom0]\nscreen = "1280x800"\n'),
        "screen-size", "xen-fbfront.video=4,1280,800 into the words",
    ),
    ("too little memory for it", netvm_file("=3,1024", "=2,1024"), "screen-size", "xen-fbfront.video=3,1024,768"),
    ("no display program", without(f"/usr/lib/qnet/{DISPLAY}"), "file-missing", "make install ROLE=dom0"),
    ("nobody to be", says("/etc/passwd", "root:x:0:0::/root:/bin/sh\n"), "user-missing", "sudo systemd-sysusers"),
]  # fmt: skip
NETVM: list[tuple[str, Break, str, str]] = [
    ("no nftables", no_module("nftables"), "module-missing", "sudo apt install python3-nftables"),
    ("no conntrack", without("/usr/sbin/conntrack"), "program-missing", "sudo apt install conntrack"),
    ("no agent", of(AGENT, active="inactive", enabled="disabled"), "unit-disabled", f"enable --now {AGENT}"),
    ("not notify", of(AGENT, type="simple"), "unit-otherwise", f"sudo systemctl revert {AGENT}"),
    ("no devd", of("qnet-devd.service", active="inactive"), "devd-down", "sudo systemctl start qnet-devd"),
    ("agent's configuration", says(TOML, "[netvm]\nopen = 1\n"), "config-wrong", "restart qnet-agent"),
    ("firewalld", of("firewalld.service", active="active"), "firewall-runs", "disable --now firewalld.service"),
    (
        "a policy of drop", lambda broken: broken.say("/usr/sbin/nft -j list chains", DROP),
        "firewall-drops", "sudo nft list chain ip filter FORWARD",
    ),
    (
        "NetworkManager has a vif",
        lambda b: b.say("/usr/bin/nmcli -t -f DEVICE,STATE device", "vif7.0:disconnected\neth0:connected\n"),
        "networkmanager-manages", "sudo nmcli device set vif7.0 managed no",
    ),
    (
        "dhcpcd is everybody's", both(says("/run/dhcpcd/pid", "7\n"), says("/etc/dhcpcd.conf", "duid\npersistent\n")),
        "dhcpcd-asks-domains", "sudo sed -i '1i denyinterfaces vif*' /etc/dhcpcd.conf",
    ),
    (
        "no dispatcher", mode("/usr/lib/NetworkManager/dispatcher.d/90-qnet-dns", 0o644),
        "file-not-executable", "sudo chmod 755",
    ),
    (
        "NetworkManager told otherwise", says("/etc/NetworkManager/conf.d/30-qnet.conf", ""),
        "networkmanager-overridden", "sudo mv /etc/NetworkManager/conf.d/30-qnet.conf",
    ),
    ("no Xorg", without("/usr/lib/xorg/Xorg"), "screen-program-missing", "sudo apt install xserver-xorg-core"),
    (
        "nothing to show", both(no_module("Xlib"), without("/usr/bin/nm-applet"), without("/usr/bin/xinit")),
        "screen-program-missing", "sudo apt install xinit network-manager-gnome python3-xlib",
    ),
    (
        "no drivers of Fedora's", both(fedora, without("/usr/lib/xorg/modules/drivers/fbdev_drv.so")),
        "screen-program-missing", "sudo dnf install xorg-x11-drv-fbdev",
    ),
    ("no xen-fbfront", without("/dev/fb0"), "screen-driver-missing", "sudo apt install linux-image-amd64"),
    ("nobody to show it", says("/etc/passwd", "root:x:0:0::/root:/bin/sh\n"), "user-missing", "systemd-sysusers"),
    ("no netback", without("/sys/bus/xen-backend/drivers/vif"), "netback-missing", "sudo modprobe xen-netback"),
]  # fmt: skip
GUESTS: list[tuple[str, Break, str, str]] = [
    ("not enabled", of(GUEST, enabled="disabled"), "unit-disabled", f"sudo systemctl enable --now {GUEST}"),
    ("failed", of(GUEST, active="failed", result="exit-code"), "unit-failed", f"journalctl -b -u {GUEST}"),
    ("no rule", without(RULES), "file-missing", "sudo make install ROLE=guest"),
    ("another rule", lambda b: b.change(RULES, "start qnet-guest@", "start x@"), "file-changed", RULES),
    ("no driver", without("/sys/bus/xen/drivers/vif"), "netfront-missing", "sudo modprobe xen-netfront"),
    ("no pyroute2", no_module("pyroute2"), "module-missing", "python3-pyroute2"),
    ("nothing installed", without("/usr/bin/qnet-guest"), "nothing-installed", "sudo make install ROLE=guest"),
]
MACHINES = [
    *((Kind.DOM0, *row) for row in DOM0),
    *((Kind.NETVM, *row) for row in NETVM),
    *((Kind.GUEST, *row) for row in GUESTS),
]


@pytest.mark.parametrize(
    ("kind", "how", "words", "cure"),
    [row[:1] + row[2:] for row in MACHINES],
    ids=[f"{row[0].value}: {row[1]}" for row in MACHINES],
)
def test_what_is_broken_is_named_with_its_cure(tmp_path: Path, kind: Kind, how: Break, words: str, cure: str) -> None:
    broken = Broken(tmp_path, kind)
    how(broken)
    findings = list(examine(broken.machine()))
    assert {finding.code for finding in findings} <= set(words.split(",")), findings
    assert findings
    assert any(cure in finding.cure for finding in findings), findings
    assert all(finding.commands for finding in findings)


#: What the agent has counted while others have a filter.
WATCH = (
    '{"nftables": [{"metainfo": {}}, {"counter": {"name": "asked", "packets": 9}},'
    ' {"counter": {"name": "passed", "packets": %d}}]}'
)


@pytest.mark.parametrize(
    ("passed", "problems", "is_wrong"), [(0, "", True), (7, "", False), (7, "no-dns others-drop", True)]
)
def test_a_filter_that_lets_domains_through_is_nothing_wrong(
    tmp_path: Path, passed: int, problems: str, is_wrong: bool
) -> None:
    """As when somebody has done what he was told: firewalld with vif* in a zone, a chain with a rule for them."""
    broken = Broken(tmp_path, Kind.NETVM)
    for unit in ("firewalld.service", "ufw.service"):
        of(unit, active="active")(broken)
    broken.say("/usr/sbin/nft -j list chains", DROP)
    broken.say("/usr/sbin/nft -j list table inet qnet_watch", WATCH % passed)
    broken.say("/usr/bin/xenstore-read data/qnet/agent/problems", f"{problems}\n")
    assert (services.WATCH_TABLE, services.PASSED_COUNTER) == (sets.WATCH_TABLE, others_filter._PASSED)
    found = [finding.code for finding in examine(broken.machine())]
    assert found == (["firewall-runs", "firewall-runs", "firewall-drops"] if is_wrong else [])


@pytest.mark.parametrize("enabled", ["yes", "no"])
def test_a_firewall_that_is_switched_off_is_nothing_wrong(tmp_path: Path, enabled: str) -> None:
    """Debian starts ufw's unit with its package, and ufw does nothing then."""
    broken = Broken(tmp_path, Kind.NETVM)
    of("ufw.service", active="active")(broken)
    broken.write("/etc/ufw/ufw.conf", f"# /etc/ufw/ufw.conf\nENABLED={enabled}\nLOGLEVEL=low\n")
    assert [finding.code for finding in examine(broken.machine())] == (["firewall-runs"] if enabled == "yes" else [])


@pytest.mark.parametrize("kind", [Kind.DOM0, Kind.NETVM, Kind.GUEST])
@pytest.mark.parametrize("is_root", [True, False])
def test_where_nothing_is_broken_nothing_is_found(tmp_path: Path, kind: Kind, is_root: bool) -> None:
    whole = Broken(tmp_path, kind)
    whole.is_root = is_root
    assert list(examine(whole.machine())) == []


def test_a_netvms_own_configuration_needs_nobody_to_serve_it(tmp_path: Path) -> None:
    """The cure was `qnet setup`, which rightly leaves it."""
    whole = Broken(tmp_path, Kind.DOM0)
    whole.write("/etc/xen/netvm.cfg", "name = 'netvm'\nvif = ['bridge=xenbr0']\n")
    assert list(examine(whole.machine())) == []


def test_packages_that_are_whole_or_were_removed_are_no_halves(tmp_path: Path) -> None:
    whole = Broken(tmp_path, Kind.DOM0)
    packaged(whole)
    whole.say(DPKG, "qnet-common installed\nqnet-guest config-files\nqnet-netvm not-installed\n")
    assert list(examine(whole.machine())) == []


def test_who_wants_no_screen_is_told_of_it_and_nothing_is_wrong(tmp_path: Path) -> None:
    whole = Broken(tmp_path, Kind.DOM0)
    no_screen(whole)
    (finding,) = examine(whole.machine())
    assert finding.remark
    whole.write(CFG, f"{whole.path(CFG).read_text()}\nvfb = []\n")
    assert list(examine(whole.machine())) == [], "he has said so"


@pytest.mark.parametrize(
    "words",
    [
        "xen-fbfront.video=4,1024,768",
        "xen_fbfront.video=8,1024,768",
        "xen-fbfront.video=2,800,600 xen-fbfront.video=3,1024,768",
    ],
)
def test_a_screens_size_may_be_said_in_other_words(tmp_path: Path, words: str) -> None:
    whole = Broken(tmp_path, Kind.DOM0)
    whole.change(CFG, "xen-fbfront.video=3,1024,768", words)
    assert list(examine(whole.machine())) == []


def test_a_device_model_of_somebody_elses_is_his_matter(tmp_path: Path) -> None:
    whole = Broken(tmp_path, Kind.DOM0)
    whole.change(CFG, "/usr/lib/qnet/qnet-display", "/usr/bin/mine")
    whole.write("/usr/bin/mine", "")
    whole.change(CFG, "xen-fbfront", "x")
    assert list(examine(whole.machine())) == []


def test_a_netvm_that_was_given_no_screen_needs_nothing_for_it(tmp_path: Path) -> None:
    whole = Broken(tmp_path, Kind.NETVM)
    whole.remove("/sys/bus/xen/devices/vfb-0")
    whole.remove("/usr/lib/xorg/Xorg")
    whole.remove("/dev/fb0")
    assert list(examine(whole.machine())) == []


def test_a_dom0_that_is_the_netvm_is_whole(tmp_path: Path) -> None:
    """It routes, has cards and a default route, and serves domains: that is what it was chosen for."""
    whole = Broken(tmp_path, Kind.DOM0)
    agent_chosen(whole)
    whole.write(FORWARD, "1\n")
    whole.write("/run/qnet/former.json", "{}")
    whole.write("/proc/net/route", f"Iface\n{WORLD_ROUTE}")
    whole.write("/etc/xen/work.cfg", WORK.replace("backend=netvm", "backend=0"))
    whole.link("/sys/bus/pci/devices/0000:03:00.0/driver", "../../drivers/e1000")
    assert list(examine(whole.machine())) == []


def test_in_a_lab_and_where_nothing_is_installed_only_the_configuration_is_looked_at(tmp_path: Path) -> None:
    broken = Broken(tmp_path, Kind.DOM0)
    broken.remove(BUS)
    broken.write("/run/xen/lab-hypervisor", "")
    assert list(examine(broken.machine())) == []
    broken.remove("/run/xen/lab-hypervisor")
    broken.remove("/usr/bin/qnet-helper")
    broken.remove("/sys/hypervisor/type")
    broken.remove("/proc/xen/capabilities")
    assert list(examine(broken.machine())) == []
    broken.write(TOML, "[dom0]\nnetvms = 1\n")
    (finding,) = examine(broken.machine())
    assert finding.wrong.startswith(f"{TOML}: dom0.netvms is not known")


def test_a_dom0_without_a_desktop_needs_no_qt(tmp_path: Path) -> None:
    whole = Broken(tmp_path, Kind.DOM0)
    whole.modules_missing |= {"PyQt5", "PyQt5.QtSvg"}
    assert list(examine(whole.machine())) == []


def test_without_systemd_no_unit_is_missed(tmp_path: Path) -> None:
    whole = Broken(tmp_path, Kind.DOM0)
    whole.remove("/run/systemd/system")
    whole.units = {}
    assert list(examine(whole.machine())) == []


def _away() -> Any:
    raise HelperAway(HelperCode.HELPER_AWAY)


def test_who_is_away_is_told_once(tmp_path: Path) -> None:
    broken = Broken(tmp_path, Kind.DOM0)
    assert [finding.wrong for finding in doctor.examine(_away, broken.machine())] == [
        "The network helper is not running."
    ]
    broken.unit(HELPER, load="masked", active="inactive")
    (finding,) = doctor.examine(_away, broken.machine())
    assert finding.code == "unit-masked"


def test_where_no_helper_can_be_none_is_asked(tmp_path: Path) -> None:
    broken = Broken(tmp_path, Kind.DOM0)
    broken.silent.add("/run/dbus/system_bus_socket")

    def ask() -> Any:
        raise AssertionError("it waits for nothing")

    (finding,) = doctor.examine(ask, broken.machine())
    assert finding.code == "bus-down"


def test_a_bus_that_refuses_and_a_module_that_is_missing(tmp_path: Path) -> None:
    broken = Broken(tmp_path, Kind.DOM0)

    def refused() -> Any:
        raise NotAuthorised(HelperCode.HELPER_AWAY)

    (finding,) = doctor.examine(refused, broken.machine())
    assert finding.code == "bus-refuses"

    def missing() -> Any:
        raise ModuleNotFoundError(name="dbus")

    assert "python3-dbus" in doctor.examine(missing, broken.machine())[0].wrong
    broken.modules_missing.add("dbus")
    (finding,) = doctor.examine(missing, broken.machine())
    assert finding.code == "module-missing"
