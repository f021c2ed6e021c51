"""The pure ways from the snapshot to icon, tooltip, menu and Status window, for every state. No Qt."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from tray_shared import CABLE, DOMAINS, STATES, VPN, WIFI, connecting, up

import qnet_gui.tray
from qnet_gui.model.dns import Dns
from qnet_gui.model.fact import Fact
from qnet_gui.model.messages.isolation import IsolationCode
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.sentence import sentence
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Isolation
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.tray.pages.overview import as_text, page
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.state.menu import Action, ActionRequest, Row
from qnet_gui.tray.state.view import CONNECTING, Status, icons, strength_step, view

ICONS = {
    "helper-away": ("helper-away",),
    "blind": ("helper-away",),
    "no-netvm": ("no-netvm",),
    "paused": ("no-netvm",),
    "starting": ("starting",),
    "no-uplink": ("no-uplink",),
    "connecting": CONNECTING,
    "wired": ("wired",),
    "wifi": ("wifi-3",),
    "vpn": ("wifi-3-lock",),
    "dns-broken": ("wired-alert",),
    "problems": ("wired-dot",),
    "dom0": ("dom0-connected",),
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_its_icon(state: str) -> None:
    assert icons(STATES[state]) == ICONS[state]


def test_every_shape_differs_from_every_other() -> None:
    shapes = [icons(snapshot) for state, snapshot in STATES.items() if state not in ("paused", "blind")]
    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize("state", STATES)
def test_tooltip_and_menu_begin_with_the_sentence(state: str) -> None:
    shown = view(STATES[state])
    assert shown.line == sentence(STATES[state])
    assert shown.title == "Network"
    assert Row(shown.line, ActionRequest(Action.STATUS)) in shown.rows[:3]
    assert (shown.rows[0].text == "Disconnect dom0 now") == (state == "dom0")


@pytest.mark.parametrize("state", STATES)
def test_only_a_connected_dom0_asks_for_attention(state: str) -> None:
    assert (view(STATES[state]).status is Status.ATTENTION) == (state == "dom0")


@pytest.mark.parametrize(("percent", "arcs"), [(0, 1), (24, 1), (25, 2), (50, 3), (75, 4), (100, 4), (255, 4)])
def test_strength_in_arcs(percent: int, arcs: int) -> None:
    assert strength_step(percent) == arcs


def test_a_vpn_shows_what_carries_it() -> None:
    cable = dataclasses.replace(CABLE, primary=False)
    assert icons(up(VPN, cable)) == ("wired-lock",)
    assert icons(up(VPN)) == ("wired-lock",)
    assert icons(up(VPN, connecting(WIFI), cable)) == ("wired-lock",)
    assert icons(up(VPN, cable, problems=(Problem(ProblemCode.NFT_FAILED),))) == ("wired-lock-dot",)


def test_names_that_do_not_resolve_matter_more_than_lock_and_dot() -> None:
    assert icons(up(VPN, WIFI, dns=Dns(), problems=(Problem(ProblemCode.NO_DNS),))) == ("wifi-3-alert",)


def test_page_of_a_usual_day() -> None:
    shown = page(STATES["wifi"])
    facts = dict(shown.facts)
    assert facts["Uplinks:"] == "Home (Wi-Fi), 60 %, 192.168.0.12, router 192.168.0.1"
    assert facts["Name servers:"].splitlines() == [
        "10.139.1.1 → 192.168.0.53", "10.139.1.2 → 192.168.0.53", "told by NetworkManager",
    ]  # fmt: skip
    assert facts["dom0:"] == "has no network, as it should be"
    assert shown.domains[0] == ("work", "running", "netvm", "10.137.0.16", "vif4.0", "4", "", "")
    assert shown.domains[2] == ("vault", "running", "none", "none", "none", "6", "", "")
    assert len(shown.domains) == len(DOMAINS)


def test_page_says_what_network_dom0_has() -> None:
    isolation = Isolation(
        (
            Fact(IsolationCode.HAS_ADDRESS, address="10.9.9.1/24", interface="tun0"),
            Fact(IsolationCode.LISTENS_ON, kind="tcp", number=22),
        )
    )
    shown = page(up(CABLE, isolation=isolation, problems=(Problem(ProblemCode.DOM0_REACHABLE),)))
    assert dict(shown.facts)["dom0:"].splitlines() == ["has the address 10.9.9.1/24 on tun0", "listens on tcp 22"]
    connected = page(up(CABLE, isolation=isolation, dom0=Dom0Connection(Dom0State.OPEN)))
    assert dict(connected.facts)["dom0:"] == "is connected to the network"


def test_page_counts_the_cards_that_are_not_named() -> None:
    shown = page(up(CABLE, isolation=Isolation(nics=("eth0", "eth1"), more_nics=9)))
    assert "dom0 has network cards of its own: eth0, eth1 and 9 more." in dict(shown.facts)["Isolation:"].splitlines()


def test_page_puts_the_uplink_in_use_first_and_says_how_the_others_are() -> None:
    down = dataclasses.replace(connecting(CABLE), name="eth1", state=type(CABLE.state)("down"))
    lines = dict(page(up(down, connecting(CABLE), WIFI)).facts)["Uplinks:"].splitlines()
    assert lines[0].startswith("Home (Wi-Fi)")
    assert lines[1:] == ["eth1 (cable), not connected", "eth0 (cable), connecting"]


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Uplink)])
def test_every_field_of_an_uplink_is_shown(field: str) -> None:
    """One that is added and forgotten on the Status page would be seen by nobody."""
    if field == "servers":  # the redirections are shown instead, and who told them
        return
    other = Uplink(
        "tun7", UplinkKind.OTHER, UplinkState.CONNECTING, False, IPv4Address("10.8.0.2"), IPv4Address("10.8.0.1"), (),
        "Cafe", 35, "work", 1300,
    )  # fmt: skip
    shown = set()
    for uplink in (WIFI, CABLE, VPN):
        changed = dataclasses.replace(uplink, **{field: getattr(other, field)})
        second = dataclasses.replace(CABLE, name="eth5", primary=False)  # which one is the primary shows in the order
        shown.add(page(up(second, changed)) != page(up(second, uplink)))
    assert True in shown


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_page(state: str) -> None:
    shown = page(STATES[state])
    assert shown.sentence == sentence(STATES[state])
    assert bool(shown.facts) == (state not in ("helper-away", "blind"))
    assert as_text(shown).startswith(sentence(STATES[state]))
    assert all(text for _, text in shown.facts)


def test_page_gives_each_problem_its_cure() -> None:
    shown = page(STATES["dns-broken"])
    assert shown.problems == (("Names do not resolve: the uplink gave no servers.", Problem(ProblemCode.NO_DNS).cure),)
    assert dict(shown.facts)["Name servers:"] == "none"


def test_texts_in_menus_and_notifications() -> None:
    name = "Mail-and_more.of-somebody_elses"
    broken = plain_text.breakable(f"{name} is paused.")
    assert broken.endswith(" is paused.")
    assert max(map(len, broken.split("\u200b"))) <= len(name.split("\u200b")[0][-8:]) + len(" is paused.")
    assert plain_text.unbroken(broken) == f"{name} is paused."
    assert plain_text.breakable("Aktualisierungen werden eingespielt.") == "Aktualisierungen werden eingespielt."
    assert plain_text.menu("a_b & c && d") == "&a_b && c &&&& d"
    assert plain_text.exported_menu("a_b & c && d__") == "&a__b & c && d____"
    assert plain_text.markup('<b>&"') == '&lt;b&gt;&amp;"'


def test_tooltip_text_reads_the_same_and_has_no_tag() -> None:
    shown = plain_text.tooltip("<b>x</b> &lt; 100%s")
    assert "<b" not in shown
    assert "&l" not in shown
    assert shown.replace("\u200b", "") == "<b>x</b> &lt; 100%s"


def test_what_a_tooltip_of_ours_tells_is_in_lines() -> None:
    """Qt breaks none of plain text: the end of a long sentence was beyond the screen."""
    text = "netvm has no uplink. Plug in a cable, or choose a network; " * 5 + "W" * 90 + "\n<b>end"
    lines = plain_text.tip(text).splitlines()
    assert max(len(line) for line in lines if "WW" not in line) <= 61
    assert " ".join(lines).replace("\u200b", "").split() == text.split()
    assert plain_text.tip("Select a domain first.") == "Select a domain first."
    assert plain_text.tip("") == ""


def test_the_pure_modules_need_no_qt() -> None:
    folder = Path(qnet_gui.tray.__file__).parent
    modules = [f"{room}.{path.stem}" for room in ("state", "pages") for path in (folder / room).glob("*.py")]
    modules += ["session.artwork", "desktop.terminal", "desktop.autostart"]
    imports = "; ".join(f"import qnet_gui.tray.{module}" for module in modules)
    code = f"import sys; {imports}; print('PyQt5' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_addresses_of_an_uplink_without_one() -> None:
    bare = dataclasses.replace(WIFI, address=None, gateway=None, ssid="", strength=5)
    assert dict(page(up(bare)).facts)["Uplinks:"] == "wlan0 (Wi-Fi), 5 %"
    assert page(up(dataclasses.replace(bare, address=IPv4Address("10.0.0.1")))).facts[1][1].endswith("10.0.0.1")
