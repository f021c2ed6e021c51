"""What the machine of a lab is like from the inside, where it has to be like Xen."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from somebody import become
from waiting import DEADLINE

from qnet_gui.lab.box import enter
from qnet_gui.lab.box.child import Child
from qnet_gui.lab.box.root import CHECKOUT
from qnet_gui.lab.machine.drivers import Drivers
from qnet_gui.model.errors import StoreDenied
from qnet_gui.store.client import Store

from ..conftest import Lab

#: The adapter that dom0's programs use, for a line of Python in dom0.
_IN_DOM0 = (
    f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); from qnet_gui.hypervisor.lab import *; h = LabHypervisor(); "
)


@pytest.fixture(scope="module")
def ids(lab: Lab) -> dict[str, int]:
    return {domain["name"]: domain["id"] for domain in lab.status()["domains"]}


# -- xenstore


@pytest.mark.parametrize("path", ["data/x", "attr/x", "drivers/x", "error/x", "feature/x", "control/shutdown"])
def test_a_domain_may_write_where_libxl_lets_it(lab: Lab, path: str) -> None:
    lab.exec("work", "xenstore-write", path, "1")
    with lab.store("work") as store:
        assert store.read(path) == b"1"


@pytest.mark.parametrize(
    "path",
    ["qnet/address", "qnet/x", "x", "name", "domid", "memory/target", "device/vif/9", "device/x", "backend/x",
     "control/x", "/x", "/tool/x", "/vm/x", "/libxl/x", "/local/domain/0/x", "/local/domain/0/data",
     "/local/domain/{personal}/data/x", "/local/domain/{netvm}/backend/vif/{personal}/0/hotplug-status",
     "/local/domain/{netvm}/backend/vif/{work}/0/hotplug-status"],
)  # fmt: skip
def test_a_domain_may_not_write_elsewhere(lab: Lab, ids: dict[str, int], path: str) -> None:
    with lab.store("work") as store, pytest.raises(StoreDenied, match="EACCES"):
        store.write(path.format(**ids), "1")


@pytest.mark.parametrize(
    "path",
    ["/local/domain/{personal}/name", "/local/domain/{personal}/qnet/address", "/local/domain/{netvm}/name",
     "/local/domain/{netvm}/backend/vif/{personal}/0/ip", "/local/domain/{netvm}/data/qnet/agent/state",
     "/local/domain/0/name", "/libxl/{work}/type"],
)  # fmt: skip
def test_a_domain_may_not_read_what_is_not_its_own(lab: Lab, ids: dict[str, int], path: str) -> None:
    with lab.store("dom0") as store:
        assert store.read(path.format(**ids)) is not None
    with lab.store("work") as store, pytest.raises(StoreDenied, match="EACCES"):
        store.read(path.format(**ids))


def test_a_domain_reads_its_home_and_its_backend(lab: Lab, ids: dict[str, int]) -> None:
    assert lab.out("work", "xenstore-read", "name") == "work"
    assert lab.out("work", "xenstore-read", "qnet/address") == lab.address("work")
    assert lab.out("work", "xenstore-read", f"/local/domain/{ids['netvm']}/backend/vif/{ids['work']}/0/state") == "4"


def test_a_domain_has_quotas(lab: Lab) -> None:
    """Of the length of a value, of the children of a node, and of watches."""
    with lab.store("vault") as store:
        store.write("data/long", "x" * 2000)
        with pytest.raises(StoreDenied, match="ENOSPC"):
            store.write("data/long", "x" * 2048)
        with pytest.raises(StoreDenied, match="ENOSPC"):
            for number in range(1000):
                store.write(f"data/many/n{number}", "")
        with pytest.raises(StoreDenied, match="E2BIG"):
            for number in range(1000):
                store.watch(f"data/{number}")
    with lab.store("vault") as store:  # what a client had watched went with it
        store.watch("data")
        store.delete("data/long")
        store.delete("data/many")


def test_vif_nodes_are_libxls(lab: Lab, ids: dict[str, int]) -> None:
    work, netvm = ids["work"], ids["netvm"]
    frontend, backend = f"/local/domain/{work}/device/vif/0", f"/local/domain/{netvm}/backend/vif/{work}/0"
    expected = {
        frontend: {"backend": backend, "backend-id": str(netvm), "state": "4", "handle": "0", "trusted": "1"},
        backend: {
            "frontend": frontend, "frontend-id": str(work), "online": "1", "state": "4", "handle": "0", "type": "vif",
            "script": "/etc/xen/scripts/vif-route-qubes", "ip": lab.address("work"), "hotplug-status": "connected",
        },
    }  # fmt: skip
    lines = lab.out("dom0", "xenstore-ls", "-fp", "/local/domain").splitlines()
    for path, nodes in expected.items():
        perms = f"(n{work},r{netvm})" if path == frontend else f"(n{netvm},r{work})"
        for name, value in nodes.items():
            assert f'{path}/{name} = "{value}"   {perms}' in lines


def test_links_are_netbacks(lab: Lab, ids: dict[str, int]) -> None:
    links = {link["ifname"]: link for link in json.loads(lab.out("netvm", "ip", "-j", "link"))}
    assert links[f"vif{ids['work']}.0"]["address"] == "fe:ff:ff:ff:ff:ff"
    (eth0,) = json.loads(lab.out("work", "ip", "-j", "link", "show", "eth0"))
    assert eth0["address"] == lab.out("work", "xenstore-read", "device/vif/0/mac")
    assert {link["ifname"] for link in json.loads(lab.out("vault", "ip", "-j", "link"))} >= {"lo"}
    assert lab.exec("vault", "ip", "link", "show", "eth0", check=False).returncode


# -- isolation


@pytest.mark.parametrize("domain", ["dom0", "work"])
def test_a_domains_network_starts_with_the_kernels_defaults(lab: Lab, domain: str) -> None:
    for name in ("ip_forward", "conf/all/rp_filter", "conf/default/proxy_arp"):
        assert lab.out(domain, "cat", f"/proc/sys/net/ipv4/{name}") == "0"


def test_domains_see_neither_the_host_nor_each_other(lab: Lab) -> None:
    for domain in ("netvm", "work"):
        assert "qnet_gui.lab.box.init" in lab.out(domain, "cat", "/proc/1/cmdline")
        assert lab.out(domain, "hostname") == domain
        assert not lab.out(domain, "sh", "-c", "ls -d /run/qnet-lab /sys/fs/cgroup/* /run/xen/* 2>/dev/null || true")
    assert "NetworkManager" not in lab.out("work", "ps", "-eo", "comm")
    assert lab.out("dom0", "sh", "-c", "ls /run/xen") == "lab-hypervisor"


def test_whoever_ends_programs_of_dom0_by_name_ends_none_elsewhere(lab: Lab, tmp_path: Path) -> None:
    """Neither the host's nor another lab's: root in dom0 sees dom0's processes and no others, and so does polkit."""
    name = f"q{os.getpid()}"  # nobody else's, should it go wrong
    (tmp_path / name).symlink_to("/bin/sleep")
    lab.exec("dom0", "ln", "-s", "/bin/sleep", f"/run/{name}")
    with subprocess.Popen([tmp_path / name, "1000"]) as outside, lab.popen("dom0", f"/run/{name}", "1000") as inside:
        try:
            assert "qnet_gui.lab.box.init" in lab.out("dom0", "cat", "/proc/1/cmdline")
            assert lab.out("dom0", "pgrep", "-c", name) == "1"
            lab.exec("dom0", "pkill", name)
            assert inside.wait(DEADLINE) == -signal.SIGTERM
            assert outside.poll() is None
        finally:
            outside.kill()
            inside.kill()
    lab.exec("dom0", "rm", f"/run/{name}")


def test_polkit_knows_who_calls_from_within_dom0(lab: Lab) -> None:
    call = ["dbus-send", "--system", "--print-reply", "--dest=org.qnet.Helper1", "/org/qnet/Helper1"]
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    refused = lab.exec("dom0", *as_nobody, *call, "org.qnet.Helper1.Reapply", check=False)
    assert "org.qnet.Error.NotAuthorised: This needs a password" in refused.stderr
    lab.exec("dom0", *call, "org.qnet.Helper1.DisconnectDom0")


def test_dom0_has_no_network(lab: Lab) -> None:
    (lo,) = [link for link in json.loads(lab.out("dom0", "ip", "-j", "link")) if link["ifname"] == "lo"]
    assert "UP" in lo["flags"]
    assert lab.out("dom0", "ip", "-4", "route") == ""


# -- pause, stop, attach


def test_a_paused_domain_stands_still(lab: Lab) -> None:
    counter = lab.popen("work", "sh", "-c", "while :; do date +%s%N >/tmp/now; sleep 0.01; done")
    try:
        lab.pause("work")
        lab.pause("work")
        assert [domain["state"] for domain in lab.status()["domains"] if domain["name"] == "work"] == ["paused"]
        ping = lab.exec("netvm", "ping", "-c", "2", "-i", "0.2", "-W", "1", lab.address("work"), check=False)
        assert "100% packet loss" in ping.stdout
        refused = lab.command("exec", "work", "--", "true", check=False)
        assert refused.returncode == 1
        assert "work is paused" in refused.stderr
        before = int(lab.out("dom0", "date", "+%s%N"))
        lab.unpause("work")
        lab.unpause("work")
        later = lab.wait("the clock", lambda: int(lab.out("work", "cat", "/tmp/now") or 0))
        assert later > before or lab.wait("it goes on", lambda: int(lab.out("work", "cat", "/tmp/now") or 0) > before)
        lab.exec("netvm", "ping", "-c", "1", "-W", "2", lab.address("work"))
        assert lab.out("work", "nft", "list", "ruleset") == ""
    finally:
        counter.kill()
        counter.wait()


def test_a_paused_domain_leaves_its_store_alone(lab: Lab) -> None:
    lab.pause("work")
    lab.exec("dom0", "xenstore-write", f"/local/domain/{lab.id('work')}/data/x", "while paused")
    lab.unpause("work")
    assert lab.out("work", "xenstore-read", "data/x") == "while paused"


def test_dom0_gets_a_card_and_loses_it_without_a_trace(lab: Lab, ids: dict[str, int]) -> None:
    """The way of dom0's upgrade networking, through the adapter that dom0's programs use."""
    lab.expect_log("vif0.0|10.137.0.99")
    before = lab.out("dom0", "xenstore-ls", "-fp", "/local/domain/0"), lab.out("dom0", "xenstore-ls", "-f", "/libxl")
    adapter = _IN_DOM0 + "from ipaddress import IPv4Address; "
    attach = f"print(h.attach_vif(VifRequest(0, {ids['netvm']}, IPv4Address('10.137.0.99'), '00:16:3e:00:00:99')).name)"
    assert lab.out("dom0", sys.executable, "-c", adapter + attach) == "vif0.0"
    lab.wait("eth0 in dom0", lambda: lab.exec("dom0", "ip", "link", "show", "eth0", check=False).returncode == 0)
    status = f"/local/domain/{ids['netvm']}/backend/vif/0/0/hotplug-status"
    lab.wait("the script", lambda: lab.exec("dom0", "xenstore-read", status, check=False).stdout == "connected\n")
    assert lab.out("dom0", "xenstore-read", "/local/domain/0/device/vif/0/trusted") == "1"
    assert lab.out("dom0", "cat", "/sys/class/net/eth0/address") == "00:16:3e:00:00:99"
    commands = "address add 10.137.0.99/32 dev eth0\nlink set eth0 up\nroute add default dev eth0\n"
    lab.exec("dom0", "ip", "-batch", "-", input=commands)
    assert "isp1" in lab.out("dom0", "curl", "-sf", "-m", "3", f"http://{lab.status()['uplinks'][0]['web']}/")
    lab.exec("dom0", sys.executable, "-c", adapter + "h.detach_vif(VifId(0, 0)); h.detach_vif(VifId(0, 0))")
    lab.wait("no eth0", lambda: lab.exec("dom0", "ip", "link", "show", "eth0", check=False).returncode == 1)
    after = lab.out("dom0", "xenstore-ls", "-fp", "/local/domain/0"), lab.out("dom0", "xenstore-ls", "-f", "/libxl")
    assert after == before
    assert lab.exec("netvm", "ip", "link", "show", "vif0.0", check=False).returncode == 1


def test_the_hypervisor_as_dom0_sees_it(lab: Lab, ids: dict[str, int]) -> None:
    code = (
        f"{_IN_DOM0} c = h.capabilities(); "
        "print(c.name, repr(c.managed_by), *[(d.id, d.name, d.state.value) for d in h.domains()]); "
        "h.pause(int(9999))"
    )
    done = lab.exec("dom0", sys.executable, "-c", code, check=False)
    assert done.stdout.startswith("lab '' (0, 'Domain-0', 'running') (1, 'netvm', 'running')")
    assert "There is no domain with id 9999" in done.stderr
    assert lab.exec("dom0", sys.executable, "-c", code.replace("9999", "0"), check=False).stderr.endswith(
        "Refused: dom0 cannot be paused.\n"
    )


def test_a_domain_comes_and_goes(lab: Lab) -> None:
    lab.add("extra")
    assert lab.address("extra") not in (lab.address("work"), lab.address("personal"), "")
    name, home = f"vif{lab.id('extra')}.0", f"/local/domain/{lab.id('extra')}"
    lab.exec("netvm", "ip", "link", "show", name)
    lab.exec("extra", "curl", "-sf", "-m", "3", "http://www.test/")
    lab.remove("extra")
    assert lab.exec("netvm", "ip", "link", "show", name, check=False).returncode
    assert lab.exec("dom0", "xenstore-exists", home, check=False).returncode
    assert "extra" not in {domain["name"] for domain in lab.status()["domains"]}


def test_the_status_shows_the_addresses_that_are_there(lab: Lab) -> None:
    """A domain that is cut off has none, whatever it would get."""
    address = lab.address("personal")

    def row() -> str:
        return next(line for line in lab.command("status").stdout.splitlines() if line.startswith("personal "))

    assert row().split()[-1] == address
    lab.exec("dom0", "qnet", "domain", "detach", "personal")
    assert row().split()[-1] == "-"
    lab.exec("dom0", "qnet", "domain", "attach", "personal")
    assert row().split()[-1] == address
    lab.online("personal")


def test_a_domain_is_stopped_and_started(lab: Lab) -> None:
    before, address = lab.id("personal"), lab.address("personal")
    assert lab.command("stop", "personal").stdout == ""
    assert "personal" not in {domain["name"] for domain in lab.status()["domains"]}
    assert "There is no domain" in lab.command("stop", "personal", check=False).stderr
    assert lab.status()["stopped"] == ["personal"]
    assert re.search(r"^personal +-  stopped  -$", lab.command("status").stdout, re.MULTILINE)
    lab.command("start", "personal")
    assert lab.status()["stopped"] == []
    assert lab.id("personal") > before
    assert lab.address("personal") == address
    lab.exec("personal", "curl", "-sf", "-m", "3", "http://www.test/")
    assert lab.command("start", "personal", check=False).stderr == "personal runs already.\n"
    assert "There is no domain 'nobody'" in lab.command("start", "nobody", check=False).stderr


def test_two_netvms_have_a_provider_each(new_lab: Callable[[], Lab]) -> None:
    lab = new_lab()
    lab.up("--domains", "work", "--netvms", "netvm,netvm2")
    assert [(uplink["netvm"], uplink["plugged"]) for uplink in lab.status()["uplinks"]] == [("netvm", 1), ("netvm2", 1)]
    webs = [uplink["web"] for uplink in lab.status()["uplinks"]]
    for netvm, isp, web in zip(("netvm", "netvm2"), ("isp1", "isp2"), webs, strict=True):
        assert isp in lab.out(netvm, "curl", "-sf", "-m", "3", f"http://{web}/")
    assert "isp1" in lab.out("work", "curl", "-sf", "-m", "3", "http://www.test/")
    assert lab.out("dom0", "xenstore-read", f"/local/domain/{lab.id('netvm2')}/data/qnet/agent/state") == "running"
    assert "this lab's netvm has one provider" in lab.command("roam", check=False).stderr.lower()
    lab.restart("netvm2")
    assert "isp2" in lab.out("netvm2", "curl", "-sf", "-m", "3", f"http://{webs[1]}/")


@pytest.mark.parametrize("names", ["", "net", "netvm2,netvm", "netvm,netvm", "netvm,work", "netvm,isp1", "netvm,b,c"])
def test_netvms_that_a_lab_cannot_have(names: str) -> None:
    done = Lab(f"t{os.getpid() % 100000}x").command("up", "--netvms", names, "--domains", "work", check=False)
    assert done.returncode == 1
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_the_netvm_is_restarted(lab: Lab) -> None:
    before = lab.id("netvm")
    lab.restart("netvm")
    assert lab.id("netvm") > before
    for domain in ("work", "personal"):
        # the netvm's own name servers may come after the vif
        page = ("curl", "-sf", "-m", "3", "http://www.test/")
        lab.wait("a page", lambda domain=domain, page=page: lab.exec(domain, *page, check=False).returncode == 0)


def test_a_program_is_killed_and_started(lab: Lab) -> None:
    """As systemd: nothing restarts by itself, and the stop hook runs whatever the end was."""
    state = f"/local/domain/{lab.id('netvm')}/data/qnet/agent/state"
    assert lab.out("dom0", "xenstore-read", state) == "running"
    lab.kill_program("netvm", "qnet-agent")
    assert lab.out("dom0", "xenstore-read", state) == "stopped"
    assert "qnet-agent ended with signal 9" in lab.log("netvm-qnet-agent")
    lab.start_program("netvm", "qnet-agent")
    lab.wait("the agent", lambda: lab.out("dom0", "xenstore-read", state) == "running")


def test_the_bus_starts_the_helper_as_systemd_would(lab: Lab) -> None:
    lab.stop_program("dom0", "qnet-helper")
    ping = ["dbus-send", "--system", "--print-reply", "--dest=org.qnet.Helper1", "/", "org.freedesktop.DBus.Peer.Ping"]
    lab.exec("dom0", *ping)
    lab.stop_program("dom0", "qnet-helper")
    lab.start_program("dom0", "qnet-helper")
    lab.exec("dom0", *ping)


def test_dom0s_bus_can_be_reached_from_a_users_desktop(lab: Lab) -> None:
    address = enter.dom0_bus_address(lab.name)
    done = subprocess.run(
        ["/usr/bin/setpriv", "--reuid=65534", "--clear-groups", "/usr/bin/dbus-send", f"--bus={address}",
         "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames"],
        capture_output=True, text=True, timeout=DEADLINE, check=True,
    )  # fmt: skip
    assert "org.qnet.Helper1" in done.stdout


# -- cables


def test_cables_and_servers(lab: Lab) -> None:
    uplinks = lab.status()["uplinks"]
    assert [uplink["plugged"] for uplink in uplinks] == [True, False]
    lab.cable("out", "isp1")
    assert "NO-CARRIER" in lab.out("netvm", "ip", "link", "show", "eth0")
    lab.cable("in", "isp1")
    lab.wait("the carrier", lambda: "NO-CARRIER" not in lab.out("netvm", "ip", "link", "show", "eth0"))
    lab.wait("a lease", lambda: _of_eth0(lab, "IP4.ADDRESS").startswith("192.168.0."))
    for count in (1, 0, 2, 3):
        lab.set_servers("isp1", [f"192.168.0.{53 + host}" for host in range(count)])
        assert _of_eth0(lab, "IP4.DNS").count("192.168.0.5") == count


def _of_eth0(lab: Lab, what: str) -> str:
    return lab.out("netvm", "nmcli", "-g", what, "device", "show", "eth0")


# -- what is refused


@pytest.mark.parametrize("name", ["", "dom0", "netvm", "isp1", "Work", "1work", "a" * 16, "a/b", "..", "a b", "work"])
def test_names_that_a_domain_cannot_have(lab: Lab, name: str) -> None:
    done = lab.command("add", name, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith(".\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["", "A", "a-b", "../x", "a" * 13, "."])
def test_names_that_a_lab_cannot_have(lab: Lab, name: str) -> None:
    done = Lab("x").command("status", "--name", name, check=False)
    assert done.returncode == 1
    assert "lab" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("exec", "nobody", "--", "true"), ("remove", "nobody"), ("remove", "netvm"), ("remove", "dom0"),
     ("restart", "dom0"), ("pause", "dom0"), ("pause", "nobody"), ("exec", "work"), ("exec", "work", "--", "/no/such")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_words(lab: Lab, arguments: tuple[str, ...]) -> None:
    done = lab.command(*arguments, check=False)
    assert done.returncode in (1, 127)
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_without_root_it_says_so() -> None:
    for verb in ("up", "down", "status"):
        done = subprocess.run(
            [*become(65534), sys.executable, "-m", "qnet_gui.lab", verb],
            capture_output=True, text=True, timeout=DEADLINE, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (1, f"The lab needs root: sudo qnet lab {verb}\n")


def test_exec_passes_everything_through(lab: Lab) -> None:
    done = lab.command("exec", "work", "--", "sh", "-c", "echo out; echo err >&2; pwd; env; exit 7", check=False)
    assert done.returncode == 7
    assert done.stdout.splitlines()[:2] == ["out", "/"]
    assert "DBUS" not in done.stdout
    assert done.stderr == "err\n"
    assert lab.command("exec", "work", "--", "sh", "-c", "kill -9 $$", check=False).returncode == 137
    assert lab.command("exec", "isp1", "--", "hostname").stdout == "isp1\n"


def test_there_are_screens_only_where_they_were_asked_for(lab: Lab) -> None:
    assert lab.ask("capabilities")["screen"] is False
    assert not lab.log("dom0-qnet-display")


def test_a_card_that_was_there_before_its_driver_is_connected(xen: Any) -> None:
    """A domain's vif may be made before the thread that is its kernel watches; that one stayed unconnected for good."""
    with Store(xen.hardware.socket) as store:
        for path, value in (("/tool/other/state", "2"), ("device/vif/0/backend", "/tool/other")):
            store.write(path, value)
        store.write("device/vif/0/state", "1")
        Drivers(xen.hardware.socket, cast(Child, SimpleNamespace(name="early")), lambda _: None).start()
        until = time.monotonic() + DEADLINE
        while store.read("device/vif/0/state") != b"4":
            assert time.monotonic() < until
            time.sleep(0.01)
