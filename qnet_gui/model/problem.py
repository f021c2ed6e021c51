"""Problems: what is wrong, in a sentence, and what to do about it. Pure.

A problem has a code (stable, for programs and tests), a sentence and a cure. The netvm reports only codes; the
sentences are made here, so that no text of the netvm's reaches a person by this way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qnet_gui.model.translation import tr


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem; `about` names what it concerns (a vif, a domain) or is empty."""

    code: str
    about: str = ""

    @property
    def sentence(self) -> str:
        """What is wrong, one sentence."""
        return tr(_TEXTS[self.code][0], about=self.about)

    @property
    def cure(self) -> str:
        """What to do, one sentence, or empty where nothing can be done."""
        return tr(_TEXTS[self.code][1], about=self.about)


_TEXTS: dict[str, tuple[str, str]] = {
    "dom0-stuck": (
        "dom0 could not be disconnected: it may still be connected to the network.",
        "The helper keeps trying; if it does not succeed within a minute, pull the network cable, switch off Wi-Fi, and"
        " restart this computer, which puts everything back.",
    ),
    "no-store": ("xenstore does not answer.", "Check that xenstored runs in dom0."),
    "no-hypervisor": (
        "The hypervisor's tools do not answer.",
        "Check that this is dom0 of a Xen host, and that xl list works.",
    ),
    "managed": (
        "The domains of this host belong to {about}, so qnet only shows them.",
        "Change them with the tools of {about}.",
    ),
    "no-netvm": ("netvm is not running.", "Start it; until then no domain has a network."),
    "agent-unknown": (
        "netvm runs, but its agent has not reported.",
        "Wait for netvm to finish starting, or start qnet-agent in it.",
    ),
    "agent-stopped": ("The agent in netvm has stopped.", "Start qnet-agent in netvm, or restart netvm."),
    "agent-silent": ("The agent in netvm does not answer.", "Restart qnet-agent in netvm, or restart netvm."),
    "no-uplink": ("netvm has no uplink.", "Plug in a cable or choose a Wi-Fi network in the network applet."),
    "no-dns": (
        "Names do not resolve: the uplink gave no servers.",
        "Enter name servers in the connection's settings in the network applet.",
    ),
    "networkmanager-lost-servers": (
        "Names do not resolve: NetworkManager was given name servers and uses none of them.",
        "Choose the connection again in the network applet, which makes NetworkManager take them"
        " (in netvm: nmcli connection up). If its settings say that the network's own are ignored, enter others there.",
    ),
    "no-networkmanager": (
        "NetworkManager is not running in netvm.",
        "Start it there, or restart netvm.",
    ),
    "nft-failed": ("netvm could not load its packet filter.", "See the agent's log in netvm."),
    "vif-refused": ("The vif {about} was refused by netvm.", "See hotplug-error of that vif, or the agent's log."),
    "netvm-nonsense": ("netvm wrote values that are not valid; they were dropped.", "Restart netvm."),
    "domain-without-network": ("{about} has no address.", "Restart it, or run qnet-guest in it."),
    "dom0-netvm": (
        "dom0 is the netvm: its network drivers and stack can be attacked from outside.",
        "Choose a separate netvm.",
    ),
    "dom0-reachable": (
        "dom0 has a network although nobody connected it for an upgrade.",
        "See under isolation in qnet status what it is, and stop the program that set it up.",
    ),
    "dom0-nic": (
        "dom0 has a network card of its own: {about}.",
        "Give it to netvm: sudo qnet netvm restart. Where netvm is started in another way, bind it to pciback"
        " (xl pci-assignable-add), and name it in netvm's configuration (pci=).",
    ),
    "no-iommu": (
        "The IOMMU is off, so netvm is not isolated: through its network card it can read and change all memory.",
        "Switch on VT-d (Intel) or AMD-Vi (AMD) in the firmware's settings, take iommu=off and the like out of the"
        " options of Xen and of dom0's kernel, and restart; xl dmesg tells whether I/O virtualisation is enabled.",
    ),
}

#: The codes that an agent may report of itself.
AGENT_CODES = frozenset({"no-networkmanager", "no-uplink", "no-dns", "networkmanager-lost-servers", "nft-failed"})

#: The codes with which dom0 knows nothing of its netvm.
BLIND_CODES = frozenset({"no-store", "no-hypervisor"})


def texts() -> tuple[str, ...]:
    """Every sentence and cure, with `{about}` in it, for those who translate them."""
    return tuple(text for pair in _TEXTS.values() for text in pair)


def known(code: str) -> bool:
    """Whether a code has a sentence."""
    return code in _TEXTS


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, those that explain others first."""
    order = list(_TEXTS)
    return tuple(sorted(set(problems), key=lambda problem: (order.index(problem.code), problem.about)))
