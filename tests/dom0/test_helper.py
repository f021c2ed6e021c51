"""qnet-helper as a process: what it publishes, tells domains, and asks the netvm."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from dataclasses import replace
from ipaddress import IPv4Address

import dbus
import pytest
from helper_dom0 import NAME, NOBODY, PATH, PROPERTIES, eventually
from waiting import DEADLINE

from qnet_gui.hypervisor.port import VifRequest
from qnet_gui.model.dns import DnsRedirect, DnsSource
from qnet_gui.model.domain import AgentState, DomainState, Netvm, NetvmState
from qnet_gui.model.errors import HypervisorError, StoreDenied
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import from_wire
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.model.vif import VifId
from qnet_gui.netvm.report import nodes
from qnet_gui.netvm.requests import answer
from qnet_gui.store import keys
from qnet_gui.store.reports import AGENT, UPLINK, AgentReport

ETH0 = Uplink(
    "eth0", UplinkKind.CABLE, UplinkState.UP, True, IPv4Address("192.168.0.12"), IPv4Address("192.168.0.1"),
    (IPv4Address("192.168.0.53"),), connection="Wired",
)  # fmt: skip
REDIRECT = DnsRedirect(IPv4Address("10.139.1.1"), IPv4Address("192.168.0.53"))
WELL = AgentReport((ETH0,), DnsSource.NETWORKMANAGER, (REDIRECT,), (VifId(2, 0),))
COMMON = {"gateway": "10.137.0.1", "dns1": "10.139.1.1", "dns2": "10.139.1.2"}


def reports(dom0, picture=WELL, **changes):
    dom0.say(1, {**nodes(picture), keys.AGENT_SERIAL.at(): "1", **changes})


def status(dom0, vif, value):
    dom0.say(1, {f"{vif.backend_path}/hotplug-status": value})


def all_nodes(dom0, domid):
    return eventually(lambda: len(nodes := network_nodes(dom0, domid)) == 4 and nodes)


def network_nodes(dom0, domid):
    nodes = {name: dom0.read(f"/local/domain/{domid}/qnet/{name}") for name in ("address", *COMMON)}
    return {name: value for name, value in nodes.items() if value is not None}


# -- the snapshot


def test_a_machine_that_is_well(dom0):
    dom0.attach(2)
    reports(dom0)
    dom0.guest_reports(2)
    dom0.start_helper()
    published = dom0.until(lambda snapshot: snapshot.domains and snapshot.uplinks)
    uuid = dom0.domains[1]["uuid"]
    assert published.netvm == Netvm("netvm", 1, NetvmState.RUNNING, AgentState.RUNNING, uuid, screen=True)
    assert published.uplinks == (ETH0,)
    assert published.dns.redirects == (REDIRECT,)
    assert published.dns.source is DnsSource.NETWORKMANAGER
    work = published.domains[0]
    assert (work.name, work.id, work.vif, work.netvm) == ("work", 2, "vif2.0", "netvm")
    assert work.address == IPv4Address("10.137.0.5")
    assert published.problems == ()
    assert dom0.stop_helper() == 0


def test_changes_are_signalled_and_nothing_else_is(dom0):
    dom0.start_helper()
    assert dom0.until(lambda snapshot: snapshot.netvm.state is NetvmState.STARTING)

    def work():
        reports(dom0)
        time.sleep(0.2)
        reports(dom0)  # the same again
        time.sleep(0.2)
        reports(dom0, AgentReport((ETH0,), DnsSource.NONE, (), ()))

    snapshots = [from_wire(wire) for wire in dom0.signals(0.8, after=work)]
    assert [len(snapshot.dns.redirects) for snapshot in snapshots] == [1, 0]
    assert snapshots[1].problems == (Problem(ProblemCode.NO_DNS),)


def test_domains_come_pause_and_go(dom0):
    dom0.start_helper()
    assert [domain.name for domain in dom0.until(lambda snapshot: snapshot.domains).domains] == ["work"]
    dom0.add_domain(3, "personal")
    dom0.until(lambda snapshot: [domain.name for domain in snapshot.domains] == ["personal", "work"])
    dom0.domains[3]["state"] = "paused"  # the hypervisor tells nobody; whoever asks gets the truth
    assert dom0.snapshot().domains[0].state is DomainState.PAUSED
    [last] = dom0.signals(2, lambda _: True, after=lambda: dom0.destroy(3))
    assert [domain["name"] for domain in last["domains"]] == ["work"]


def toolstack(dom0):
    """Have the hypervisor attach and detach."""

    def attach(frontend, backend, address, mac, script, untrusted):
        request = VifRequest(frontend, backend, IPv4Address(address), mac, script, untrusted)
        return {"frontend": frontend, "devid": dom0.xen.toolstack.attach_vif(request).devid}

    def detach(frontend, devid):
        dom0.xen.toolstack.detach_vif(VifId(frontend, devid))

    dom0.verbs.update(attach_vif=attach, detach_vif=detach)


def test_the_netvm_goes_and_another_comes(dom0):
    toolstack(dom0)
    dom0.attach(2)
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks)
    dom0.destroy(1)
    gone = dom0.until(lambda snapshot: snapshot.netvm.state is NetvmState.ABSENT)
    assert gone.uplinks == ()
    assert gone.problems == (Problem(ProblemCode.NO_NETVM),)
    assert (gone.domains[0].vif, gone.domains[0].address) == ("", None)
    dom0.add_domain(7, "netvm")
    assert dom0.until(lambda snapshot: snapshot.netvm.id == 7).netvm.state is NetvmState.STARTING
    dom0.say(7, {keys.AGENT_STATE.at(): "running", keys.AGENT_SERIAL.at(): "1"})
    running = dom0.until(lambda snapshot: snapshot.netvm.state is NetvmState.RUNNING)
    assert running.problems == (Problem(ProblemCode.NO_UPLINK),)
    assert eventually(lambda: network_nodes(dom0, 7) == COMMON)
    [work] = dom0.until(lambda snapshot: snapshot.domains[0].vif).domains
    assert (work.vif, work.address, work.netvm) == ("vif2.0", IPv4Address("10.137.0.5"), "netvm")
    assert dom0.read("/libxl/2/device/vif/0/backend") == "/local/domain/7/backend/vif/2/0"


def test_a_domain_comes_back_to_the_netvm_that_served_it_even_for_another_helper(dom0):
    toolstack(dom0)
    dom0.add_domain(3, "other")
    dom0.attach(2, backend=3)
    reports(dom0)
    dom0.start_helper()
    [_, work] = dom0.until(lambda snapshot: len(snapshot.domains) == 2 and snapshot.domains[1].vif).domains
    assert work.netvm == "other"
    assert eventually(lambda: dom0.read("/local/domain/2/qnet/netvm") == "other")
    with dom0.inside(2) as store, pytest.raises(StoreDenied):
        store.read("/local/domain/2/qnet/netvm")
    assert dom0.stop_helper() == 0
    dom0.destroy(3)
    dom0.start_helper()
    dom0.until(lambda snapshot: not snapshot.domains[0].vif)
    dom0.add_domain(4, "other")
    dom0.say(4, {keys.AGENT_STATE.at(): "running"})
    [_, work] = dom0.until(lambda snapshot: len(snapshot.domains) == 2 and snapshot.domains[1].vif).domains
    assert (work.netvm, work.address) == ("other", IPv4Address("10.137.0.5"))


def test_a_card_that_cannot_be_made_is_said_once_and_tried_again(dom0):
    toolstack(dom0)
    attach, refused = dom0.verbs["attach_vif"], []

    def refuse(**words):
        if len(refused) < 2:
            refused.append(words)
            raise HypervisorError(plain("There is no memory left."))
        return attach(**words)

    dom0.verbs["attach_vif"] = refuse
    dom0.expect_log(r"<3>.*work could not be attached to netvm: There is no memory left\.")
    dom0.attach(2)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.domains[0].vif)
    dom0.destroy(1)
    dom0.add_domain(7, "netvm")
    dom0.say(7, {keys.AGENT_STATE.at(): "running"})
    [work] = dom0.until(lambda snapshot: snapshot.domains and snapshot.domains[0].vif, 15).domains
    assert (work.netvm, work.address) == ("netvm", IPv4Address("10.137.0.5"))
    assert dom0.log.read_text().count("no memory left") == 1
    assert [vif["mac"] for vif in refused] == [dom0.read("/libxl/2/device/vif/0/mac")] * 2


def test_a_paused_netvm_and_a_stopped_agent(dom0):
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.netvm.state is NetvmState.RUNNING)
    dom0.domains[1]["state"] = "paused"
    assert dom0.snapshot().netvm.state is NetvmState.PAUSED
    dom0.domains[1]["state"] = "running"
    dom0.say(1, {keys.AGENT_STATE.at(): "stopped"})
    stopped = dom0.until(lambda snapshot: snapshot.netvm.agent is AgentState.STOPPED)
    assert Problem(ProblemCode.AGENT_STOPPED) in stopped.problems


def test_a_vif_that_was_refused_and_a_domain_that_got_nothing(dom0):
    dom0.attach(2)
    dom0.add_domain(3, "personal")
    dom0.attach(3, "10.137.0.6")
    reports(dom0)
    status(dom0, VifId(2, 0), "error")
    status(dom0, VifId(3, 0), "connected")
    dom0.guest_reports(3, address="")
    dom0.start_helper()
    assert dom0.until(lambda snapshot: len(snapshot.problems) == 2).problems == (
        Problem(ProblemCode.VIF_REFUSED, vif="vif2.0"),
        Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name="personal"),
    )
    status(dom0, VifId(2, 0), "connected")
    dom0.guest_reports(3, "10.137.0.6")
    dom0.until(lambda snapshot: not snapshot.problems)


def test_a_guest_that_does_not_report_becomes_a_problem_by_itself(dom0):
    dom0.attach(2)
    reports(dom0)
    status(dom0, VifId(2, 0), "connected")
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.domains and snapshot.domains[0].vif)
    begun = time.monotonic()
    [last] = dom0.signals(15, lambda published: published[-1]["problems"] != [])
    assert last["problems"][0]["code"] == "domain-without-network"
    assert last["problems"][0]["arguments"] == {"name": "work"}
    assert time.monotonic() - begun > 8
    dom0.guest_reports(2)
    dom0.until(lambda snapshot: not snapshot.problems)


NONSENSE = [
    {keys.AGENT_STATE.at(): "great"},
    {keys.AGENT_PROBLEMS.at(): "no-dns your-computer-is-infected"},
    {keys.UPLINK_COUNT.at(): "17"},
    {keys.UPLINK_COUNT.at(): "-1"},
    {UPLINK["name"].at(0): "<b>eth0</b>"},
    {UPLINK["name"].at(0): "x" * 16},
    {UPLINK["kind"].at(0): "rainbow"},
    {UPLINK["state"].at(0): ""},
    {UPLINK["address"].at(0): "999.1.1.1"},
    {UPLINK["servers"].at(0): "1.1.1.1 999.1.1.1"},
    {UPLINK["ssid"].at(0): "caf\u00e9"},
    {UPLINK["ssid"].at(0): "line\nbreak"},
    {UPLINK["connection"].at(0): "x" * 2000},
    {UPLINK["strength"].at(0): "101"},
    {AGENT["source"].at(): "the moon"},
    {AGENT["redirects"].at(): "10.139.1.1>300.1.1.1"},
    {AGENT["redirects"].at(): "10.139.1.1 10.139.1.2"},
]


@pytest.mark.parametrize("wrong", NONSENSE, ids=lambda wrong: "-".join(map(ascii, next(iter(wrong.items()))))[:60])
def test_what_the_netvm_writes_is_dropped_where_it_is_off(dom0, wrong):
    dom0.expect_log("the netvm wrote [0-9]+ values that are not valid")
    reports(dom0, **wrong)
    dom0.start_helper()
    published = dom0.until(lambda snapshot: Problem(ProblemCode.NETVM_NONSENSE) in snapshot.problems)
    text = repr(published)
    assert next(iter(wrong.values()))[:12] not in text or not next(iter(wrong.values()))
    reports(dom0)
    dom0.until(lambda snapshot: snapshot.problems == ())


def test_a_netvm_that_writes_without_end_costs_little(dom0):
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks)
    stop = threading.Event()

    def shout():
        with dom0.inside(1) as store:
            for number in range(1, 10**6):
                store.write(keys.AGENT_SERIAL.at(), str(number))
                store.write(UPLINK["strength"].at(0), str(number % 100))
                if stop.is_set():
                    return

    thread = threading.Thread(target=shout)
    thread.start()
    try:
        time.sleep(1.5)
        published = len(dom0.signals(2))
        dom0.snapshot()
    finally:
        stop.set()
        thread.join()
    assert published <= 2 * 60


def test_a_netvm_cannot_invent_a_vif_or_change_an_address(dom0):
    dom0.attach(2)
    dom0.add_domain(3, "vault")
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.domains[1].vif)
    dom0.say(1, {"backend/vif/2/0/ip": "6.6.6.6"})
    with dom0.as_dom0() as store:  # as if it could: libxl lets it write below backends that exist only
        store.write("/local/domain/1/backend/vif/3/0/ip", "6.6.6.7")
        store.write("/local/domain/1/backend/vif/3/0/frontend", "/local/domain/3/device/vif/0")
    time.sleep(0.3)
    vault, work = dom0.snapshot().domains
    assert (vault.vif, vault.address, network_nodes(dom0, 3)) == ("", None, {})
    assert work.address == IPv4Address("10.137.0.5")
    assert all_nodes(dom0, 2) == {"address": "10.137.0.5", **COMMON}


# -- losses


def test_xenstored_lost_and_back(dom0):
    dom0.expect_log("xenstore is lost")
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks)
    [lost] = dom0.signals(3, lambda _: True, after=dom0.xen.kill_xenstored)
    assert [problem["code"] for problem in lost["problems"]] == ["no-store"]
    assert dom0.snapshot().problems == (Problem(ProblemCode.NO_STORE),)
    dom0.xen.start_xenstored()
    for domid, domain in list(dom0.domains.items()):
        dom0.add_domain(domid, domain["name"])
    dom0.until(lambda snapshot: snapshot.problems == () and snapshot.netvm.state is NetvmState.STARTING)
    dom0.attach(2)
    reports(dom0)
    dom0.until(lambda snapshot: snapshot.uplinks and snapshot.domains[0].address)
    assert all_nodes(dom0, 2)["address"] == "10.137.0.5"


def test_no_xenstored_at_the_start(dom0):
    dom0.expect_log("xenstore is lost")
    dom0.xen.kill_xenstored()
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.problems == (Problem(ProblemCode.NO_STORE),))
    dom0.xen.start_xenstored()
    for domid, domain in list(dom0.domains.items()):
        dom0.add_domain(domid, domain["name"])
    dom0.until(lambda snapshot: not snapshot.problems)


def test_a_hypervisor_that_fails_and_comes_back(dom0):
    dom0.expect_log("the hypervisor does not tell its domains")
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.domains)
    dom0.hypervisor_fails = True
    assert dom0.snapshot().problems == (Problem(ProblemCode.NO_HYPERVISOR),)
    dom0.hypervisor_fails = False
    assert dom0.snapshot().problems == ()


def test_nowhere_to_run(dom0):
    dom0.expect_log("There is no hypervisor here")
    dom0.xen.place.hypervisor.unlink()
    dom0.start_helper(wait=False)
    assert dom0.helper.wait(DEADLINE) == 1


def test_the_bus_goes(dom0):
    dom0.expect_log("the system bus has gone")
    dom0.start_helper()
    dom0._children[0].kill()
    assert dom0.helper.wait(DEADLINE) == 1


def test_two_helpers(dom0):
    dom0.expect_log("another qnet-helper runs already")
    dom0.start_helper()
    first = dom0.helper
    dom0.start_helper(wait=False)
    assert dom0.helper.wait(DEADLINE) == 1
    assert first.poll() is None


def test_a_bad_configuration_is_named(dom0):
    dom0.expect_log(r"qnet\.toml: dom0\.netwm is not known; \[dom0\] has netvm, minutes, ports, screen\.")
    (dom0.folder / "qnet.toml").write_text("[dom0]\nnetwm = 'x'\n")
    dom0.start_helper(wait=False)
    assert dom0.helper.wait(DEADLINE) == 1


# -- telling domains


def test_domains_are_told_before_they_run(dom0):
    dom0.start_helper()
    assert eventually(lambda: network_nodes(dom0, 1) == COMMON)
    assert network_nodes(dom0, 2) == {}
    dom0.add_domain(3, "personal", state="paused")
    dom0.attach(3, "10.137.0.9")
    assert all_nodes(dom0, 3) == {"address": "10.137.0.9", **COMMON}
    with dom0.inside(3) as store:
        assert store.read("qnet/address") == b"10.137.0.9"
        with pytest.raises(Exception, match="refused"):
            store.write("qnet/address", "10.137.0.10")


def test_another_mtu_of_the_uplink_is_told_though_no_vif_has_changed(dom0):
    dom0.attach(2)
    dom0.start_helper()
    all_nodes(dom0, 2)
    told = "/local/domain/2/qnet/mtu"
    for serial, mtu in enumerate((1400, 1500, 1280), start=2):
        reports(dom0, replace(WELL, uplinks=(replace(ETH0, mtu=mtu),)), **{keys.AGENT_SERIAL.at(): str(serial)})
        assert eventually(lambda mtu=mtu: dom0.read(told) == str(mtu))
    reports(dom0, replace(WELL, uplinks=()), **{keys.AGENT_SERIAL.at(): "9"})
    dom0.until(lambda snapshot: not snapshot.uplinks)
    assert dom0.read(told) == "1280"  # what it was told stays


def test_a_domain_that_loses_its_vif_is_told_so(dom0):
    dom0.attach(2)
    dom0.start_helper()
    all_nodes(dom0, 2)
    with dom0.as_dom0() as store:
        for path in ("/local/domain/1/backend/vif/2", "/libxl/2/device/vif", "/local/domain/2/device/vif"):
            store.delete(path)
    eventually(lambda: not network_nodes(dom0, 2))
    assert dom0.read("/local/domain/2/name") == "work"


def test_the_configuration_is_what_domains_are_told(dom0):
    (dom0.folder / "qnet.toml").write_text(
        '[network]\ngateway = "10.2.0.1"\ndns = ["10.2.255.1", "10.2.255.2"]\n[dom0]\nnetvm = "work"\n'
    )
    dom0.start_helper()
    expected = {"gateway": "10.2.0.1", "dns1": "10.2.255.1", "dns2": "10.2.255.2"}
    assert eventually(lambda: network_nodes(dom0, 2) == expected)
    assert network_nodes(dom0, 1) == {}
    assert dom0.snapshot().netvm.name == "work"


def test_dom0_as_the_netvm_works_and_is_a_problem(dom0):
    (dom0.folder / "qnet.toml").write_text('[dom0]\nnetvm = "dom0"\n')
    dom0.attach(2, backend=0)
    dom0.start_helper()
    published = dom0.until(lambda snapshot: len(snapshot.domains) == 2 and snapshot.domains[1].vif)
    assert Problem(ProblemCode.DOM0_NETVM) in published.problems
    assert (published.netvm.id, published.domains[1].netvm) == (0, "dom0")
    assert eventually(lambda: network_nodes(dom0, 0) == COMMON)


def test_addresses_of_our_own_are_stable_and_never_given_twice(dom0):
    dom0.attach(2, with_ip=False)
    dom0.add_domain(3, "personal")
    dom0.attach(3, "10.137.0.3")
    dom0.start_helper()
    first = all_nodes(dom0, 2)["address"]
    assert first == dom0.read("/local/domain/1/backend/vif/2/0/ip")
    assert dom0.until(lambda snapshot: snapshot.domains[1].address).domains[1].address == IPv4Address(first)
    assert first not in ("10.137.0.1", "10.137.0.3")
    dom0.add_domain(4, "third")
    dom0.attach(4, with_ip=False)
    second = all_nodes(dom0, 4)["address"]
    assert second not in (first, "10.137.0.3")
    # the same machine under another id, after a restart of the helper
    dom0.stop_helper()
    dom0.destroy(2)
    dom0.add_domain(9, "work", uuid=2)
    dom0.attach(9, with_ip=False)
    dom0.start_helper()
    assert all_nodes(dom0, 9)["address"] == first
    assert json.loads(dom0.addresses.read_text()) == {
        "00000000-0000-4000-8000-000000000002": first,
        "00000000-0000-4000-8000-000000000004": second,
    }


# -- asking the netvm


class Agent(threading.Thread):
    """The netvm's side of requests; answers what `lines` gives."""

    def __init__(self, dom0, lines, word="ok", serial=0, change=None):
        super().__init__(daemon=True)
        self.asked: list[str] = []
        self._store = dom0.inside(1)
        self._lines, self._word, self._serial, self._change = lines, word, serial, change
        self._store.watch(keys.REQUEST.at())
        self.stop = threading.Event()
        self.start()

    def run(self):
        while not self.stop.wait(0.01):
            if not self._store.events() or (request := self._store.read(keys.REQUEST.at())) is None:
                continue
            serial, verb = request.decode().split()
            self.asked.append(verb)
            change = answer(int(serial) + self._serial, self._word, self._lines)
            self._store.atomically(self._change or change)
        self._store.close()


@pytest.fixture
def agent(dom0):
    running = []

    def start(lines, **options):
        running.append(Agent(dom0, lines, **options))
        return running[-1]

    yield start
    for started in running:
        started.stop.set()
        started.join()


NO_ANSWER = "org.qnet.Error.NoAnswer"
ROW = "10.137.0.{} 0.0.0.0 255.255.255.255 UH 32750 0 0 vif{}.0"


def test_the_netvms_routes_in_one_and_in_many_pieces(dom0, agent):
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks)
    for count in (1, 250):
        running = agent([ROW.format(index % 250, index + 1) for index in range(count)])
        rows = dom0.call("GetRoutes", "s", "")
        running.stop.set()
        running.join()
        assert [row["iface"] for row in rows] == [f"vif{index + 1}.0" for index in range(count)]
        assert list(rows[0]) == ["destination", "gateway", "genmask", "flags", "metric", "ref", "use", "iface"]


def test_rows_that_are_none_are_dropped(dom0, agent):
    dom0.expect_log("2 rows of a routing table are not valid")
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks)
    agent(["<b>bold</b>", ROW.format(5, 2), "0.0.0.0 0.0.0.0 0.0.0.0 U 0 0 0 ../../etc"])
    assert [row["iface"] for row in dom0.call("GetRoutes", "s", "")] == ["vif2.0"]


def test_a_domains_routes_are_what_it_reported(dom0):
    dom0.attach(2)
    dom0.add_domain(3, "vault")
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.domains[1].vif)
    assert dom0.error_of("GetRoutes", "s", "work").get_dbus_name() == "org.qnet.Error.Refused"
    assert dom0.call("GetRoutes", "s", "vault") == []
    dom0.guest_reports(2)

    def routes():
        with contextlib.suppress(dbus.DBusException):  # not seen yet
            return dom0.call("GetRoutes", "s", "work")
        return []

    [row] = eventually(routes)
    assert (row["destination"], row["flags"], row["iface"]) == ("0.0.0.0", "U", "eth0")
    error = dom0.error_of("GetRoutes", "s", "nobody\n<b>")
    assert error.get_dbus_name() == "org.qnet.Error.NotFound"
    assert error.get_dbus_message() == r"There is no domain 'nobody\n<b>' that runs."


def test_no_answer_within_the_deadline_is_an_error_and_a_problem(dom0, agent):
    dom0.expect_log("the netvm did not answer routes")
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks)
    begun = time.monotonic()
    assert dom0.error_of("GetRoutes", "s", "").get_dbus_name() == "org.qnet.Error.NoAnswer"
    assert time.monotonic() - begun > 2.9
    assert dom0.snapshot().problems == (Problem(ProblemCode.AGENT_SILENT),)
    agent([ROW.format(5, 2)])
    assert len(dom0.call("GetRoutes", "s", "")) == 1
    assert dom0.snapshot().problems == ()


def test_others_are_answered_while_the_netvm_is_not_answering(dom0):
    dom0.expect_log("the netvm did not answer routes")
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks)
    done = []
    dom0.bus.call_async(NAME, PATH, NAME, "GetRoutes", "s", ("",), done.append, done.append)
    dom0.snapshot()
    dom0.spin(lambda: done)


@pytest.mark.parametrize(
    ("lines", "options", "error", "logged"),
    [
        ([], {"word": "error"}, "org.qnet.Error.Failed", "the netvm could not do routes"),
        ([ROW.format(5, 2)], {"serial": 1}, NO_ANSWER, "the netvm did not answer routes"),
        ([], {"change": lambda store: store.write(keys.ANSWER_HEAD.at(), "1 ok 3")}, NO_ANSWER, "the netvm's answer"),
        ([], {"change": lambda store: store.write(keys.ANSWER_HEAD.at(), "1 fine 0")}, NO_ANSWER, "the netvm's answer"),
        ([], {"change": lambda store: store.write(keys.ANSWER_HEAD.at(), "1")}, NO_ANSWER, "the netvm's answer"),
    ],
)
def test_answers_that_are_none(dom0, agent, lines, options, error, logged):
    dom0.expect_log(logged)
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks)
    agent(lines, **options)
    assert dom0.error_of("GetRoutes", "s", "").get_dbus_name() == error


def test_the_netvm_stops_in_the_middle_of_a_question(dom0):
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks)
    done = []
    dom0.bus.call_async(NAME, PATH, NAME, "GetRoutes", "s", ("",), done.append, done.append)
    dom0.snapshot()
    dom0.destroy(1)
    dom0.until(lambda snapshot: snapshot.netvm.state is NetvmState.ABSENT)
    dom0.spin(lambda: done)
    assert done[0].get_dbus_name() == "org.qnet.Error.NoAnswer"
    assert dom0.error_of("GetRoutes", "s", "").get_dbus_name() == "org.qnet.Error.Refused"


def test_a_question_is_never_taken_for_an_old_one(dom0, agent):
    """After a restart of the helper the numbers go on."""
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks)
    agent([ROW.format(5, 2)])
    dom0.call("GetRoutes", "s", "")
    dom0.stop_helper()
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks)
    dom0.call("GetRoutes", "s", "")
    assert dom0.read("/local/domain/1/qnet/request") == "2 routes"
    with dom0.inside(1) as store, pytest.raises(Exception, match="refused"):
        store.write("qnet/request", "3 routes")


# -- the bus


def test_everybody_may_read_and_nobody_may_send_rubbish(dom0):
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.domains)
    assert dom0.qnet("status", uid=NOBODY).returncode == 0
    unknown = "org.freedesktop.DBus.Error."
    assert dom0.error_of("GetRoutes").get_dbus_name() == unknown + "InvalidArgs"
    assert dom0.error_of("GetRoutes", "i", 7).get_dbus_name() == unknown + "InvalidArgs"
    assert dom0.error_of("Nothing").get_dbus_name() == unknown + "UnknownMethod"
    get = {"interface": PROPERTIES}
    assert dom0.error_of("Get", "ss", NAME, "Nothing", **get).get_dbus_name() == unknown + "UnknownProperty"
    assert dom0.error_of("Get", "s", NAME, **get).get_dbus_name() == unknown + "InvalidArgs"
    assert dom0.error_of("Get", "ss", "org.other", "Snapshot", **get).get_dbus_name() == "org.qnet.Error.BadInput"
    wrong = dom0.error_of("Set", "ssv", NAME, "Version", dbus.String("9", variant_level=1), **get)
    assert wrong.get_dbus_name() == unknown + "PropertyReadOnly"
    assert list(dom0.call("GetAll", "s", NAME, **get)) == ["Snapshot", "Version"]


def test_the_snapshot_can_be_taken_apart_by_any_binding(dom0):
    """Every dict a{sv}, every list av."""
    dom0.attach(2)
    reports(dom0)
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks)
    value = dom0.bus.call_blocking(NAME, PATH, PROPERTIES, "Get", "ss", (NAME, "Snapshot"))

    def check(inner):
        if isinstance(inner, dbus.Dictionary):
            assert inner.signature == "sv"
            for part in inner.values():
                check(part)
        elif isinstance(inner, dbus.Array):
            assert inner.signature == "v"
            for part in inner:
                check(part)

    check(value)


def test_introspection(dom0):
    dom0.start_helper()
    introspectable = {"interface": "org.freedesktop.DBus.Introspectable"}
    text = dom0.call("Introspect", **introspectable)
    assert '<arg name="domain" type="s" direction="in"/>' in text
    assert '<property name="Snapshot" type="a{sv}" access="read"/>' in text
    assert '<method name="Reapply">' in text
    for path, child in (("/", "org"), ("/org", "qnet"), ("/org/qnet", "Helper1")):
        data = dom0.bus.call_blocking(NAME, path, introspectable["interface"], "Introspect", "", ())
        assert f'<node name="{child}"/>' in data


def test_sigterm_ends_it_cleanly(dom0):
    dom0.start_helper()
    assert dom0.stop_helper() == 0
    assert "stopped" in dom0.log.read_text()
