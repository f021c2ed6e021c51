"""What `qnet setup` would do on a machine, in words and in order, and what stands in its way. Pure.

The order is such that a machine which is left half-way has a network: files first, services next, the network cards
last, on trial, and what starts at boot only when somebody has confirmed.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from qnet_gui.dom0.netvm_lifecycle import control
from qnet_gui.dom0.netvm_lifecycle.netvm_file import CONFIGURATION, boots, devices
from qnet_gui.dom0.setup import vif_lines
from qnet_gui.dom0.setup.survey import Survey
from qnet_gui.dom0.setup.vif_lines import NotByMachine
from qnet_gui.hypervisor import xl_config
from qnet_gui.model.domain import DOM0_NAMES
from qnet_gui.runtime.distribution import package

#: How libxl calls a domain that is the device model of another.
_DEVICE_MODEL = "-dm"
#: Of dom0's folders those without which nothing goes on there.
_NEEDED = ("/", "/usr", "/etc", "/var/lib", "/run")
HELPER, NETVM = "qnet-helper.service", control.UNIT


@dataclass(frozen=True, slots=True)
class EditFile:
    """A file gets another text instead of what it `was`; a copy of the old one is kept."""

    path: Path
    was: str
    text: str
    what: str


@dataclass(frozen=True, slots=True)
class EnableUnit:
    """A service is started, now and at every boot."""

    unit: str
    what: str


@dataclass(frozen=True, slots=True)
class TryNetvm:
    """The netvm is started with the network cards, which dom0 gets back when nobody confirms."""

    name: str
    what: str


Step = EditFile | EnableUnit | TryNetvm


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way, and what to do about it."""

    wrong: str
    cure: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`there`: what there is; `steps` are done in their order unless there are `obstacles`; `notes`: what to know."""

    there: list[str] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def plan(survey: Survey) -> Plan:
    """What is to be done here; no steps where everything is as it should be."""
    if not survey.is_dom0:
        cure = "Run it in dom0. To try everything without Xen: sudo qnet lab up"
        return Plan(obstacles=[Obstacle("This is not dom0 of a Xen host.", cure)])
    result = Plan(_there(survey), _obstacles(survey))
    if not result.obstacles:
        _edit(survey, result)
        _serve(survey, result)
    return result


def _there(survey: Survey) -> list[str]:
    nics = ", ".join(f"{nic.address} ({nic.driver or 'no driver'})" for nic in survey.nics) or "none"
    iommu = {True: "on", False: "off", None: "not known"}[survey.iommu]
    names = ", ".join(sorted(file.name for file in survey.files)) or "none"
    return [
        f"Network cards: {nics}",
        f"IOMMU: {iommu}",
        f"Netvm: {survey.netvm}, {'which runs' if survey.netvm in survey.running else 'which does not run'}",
        f"Domains with a configuration: {names}",
    ]


def _obstacles(survey: Survey) -> list[Obstacle]:
    obstacles = []
    if not survey.is_root:
        obstacles.append(Obstacle("This must be done by root.", "sudo qnet setup"))
    if survey.managed_by:
        obstacles.append(
            Obstacle(
                f"The domains of this host belong to {survey.managed_by}, so qnet changes none of them.",
                f"Use the tools of {survey.managed_by}; qnet only shows the network here.",
            )
        )
    obstacles += [
        Obstacle(
            f"The program {name} is missing.",
            f"Install it: {survey.distribution.value} install {package(name, survey.distribution)}",
        )
        for name in survey.missing
    ]
    if survey.netvm in DOM0_NAMES:
        obstacles.append(
            Obstacle(
                "dom0 itself is chosen as the netvm, so there is no card to be given away.",
                "Choose a domain in /etc/qnet/qnet.toml: netvm in the section [dom0].",
            )
        )
    else:
        obstacles += _netvm_obstacles(survey)
    return obstacles


def _netvm_obstacles(survey: Survey) -> list[Obstacle]:
    own = survey.made_of
    if own is None and survey.netvm in survey.running:
        return []  # somebody makes it in another way, and it is up to him who starts it
    if own is None:
        return [Obstacle(f"There is nothing that {survey.netvm} could be made of.", _what_makes_it(survey))]
    if line := xl_config.refused_line(own.text):
        cure = "Correct it: texts in quotes, names of settings in small letters, ends of lines as on Unix."
        return [Obstacle(f"xl does not read {own.path}, in line {line}.", cure)]
    if own.name != survey.netvm:
        wrong = f"{own.path} is the configuration of {own.name or 'no domain'}, and {survey.netvm} is the netvm."
        return [Obstacle(wrong, f'Give it name = "{survey.netvm}", or choose it in /etc/qnet/qnet.toml.')]
    if survey.out_of_reach:
        wrong, cure = out_of_reach(survey.out_of_reach[0], survey.netvm)
        return [Obstacle(wrong, f"{cure}, and name its new place in {own.path}.")]
    if survey.iommu is False and _cards(survey, own.text):
        cure = "Switch on VT-d (Intel) or AMD-Vi (AMD) in the firmware's settings, and restart."
        return [Obstacle("The IOMMU is off, and without it Xen gives no network card to a domain.", cure)]
    return [
        Obstacle(
            f"{place} comes over the network ({kind}), and without its network cards dom0 would stand still.",
            "Have it on a disk of this machine; or leave a card to dom0, and name the others by pci= in netvm.cfg.",
        )
        for place, kind in _lost(survey, own.text)
        if _is_needed(place, own.text) and not _keeps_a_card(survey, own.text)
    ]


def _lost(survey: Survey, configuration: str) -> tuple[tuple[str, str], ...]:
    """What comes over the network that dom0 is to give away now."""
    return survey.remote if _gives_cards(survey, configuration) else ()


def _gives_cards(survey: Survey, configuration: str) -> bool:
    return survey.netvm not in survey.running and bool(_cards(survey, configuration))


def _keeps_a_card(survey: Survey, configuration: str) -> bool:
    kept = {nic.address for nic in survey.nics if nic.driver and not nic.given_away and not nic.virtual}
    return bool(kept - {*_cards(survey, configuration)})


def _is_needed(place: str, configuration: str) -> bool:
    """Whether dom0, or the netvm itself, cannot do without what is mounted there."""
    disks = xl_config.settings(configuration).get("disk", ())
    paths = [*_NEEDED, *map(xl_config.disk_file, disks if isinstance(disks, tuple) else ())]
    return any(path and os.path.commonpath((place, path)) == place for path in paths)


def out_of_reach(path: str, netvm: str) -> tuple[str, str]:
    """What is wrong with a file that the service may not use, and the beginning of what to do about it."""
    wrong = f"{path} is out of reach for {NETVM}, by which {netvm} starts."
    return wrong, "Homes, temporary folders and the system's own are. Have it in /var/lib/xen, say"


def _what_makes_it(survey: Survey) -> str:
    there = (file for file in survey.files if file.name == survey.netvm and boots(xl_config.settings(file.text)))
    if (file := next(there, None)) is not None:
        return f"Have it made of what {file.path} says: sudo cp {shlex.quote(str(file.path))} {CONFIGURATION}"
    return f"Have one made: qnet netvm make. Or fill in {CONFIGURATION}: what it boots from, kernel and disk."


def _cards(survey: Survey, configuration: str) -> list[str]:
    """The devices that the netvm of this configuration is started with, as `qnet netvm start` has it."""
    named = devices(xl_config.settings(configuration))
    if named is not None:
        return named
    return [nic.address for nic in survey.nics if not nic.virtual and nic.address not in survey.in_use]


def _edit(survey: Survey, result: Plan) -> None:
    for file in survey.files:
        if file.name == survey.netvm:
            continue
        try:
            text = vif_lines.with_netvm(file.text, survey.netvm)
        except NotByMachine as error:
            result.notes.append(
                f"{file.path} is left as it is, since {error}. For a network, its vif needs: "
                f"backend={survey.netvm},script={vif_lines.SCRIPT}"
            )
            continue
        if text != file.text:
            what = f"have {survey.netvm} serve {file.name}: the vif line of {file.path}"
            result.steps.append(EditFile(file.path, file.text, text, what))
            if file.name in survey.running:
                result.notes.append(f"{file.name} runs, and has its new network when it is started the next time.")
        elif not xl_config.settings(text).get("vif"):
            result.notes.append(f"{file.name} has no network, and gets none.")
    result.notes.extend(f"{path} cannot be read, and is left as it is." for path in survey.unreadable)
    known = {survey.netvm, *(file.name for file in survey.files)}
    result.notes.extend(
        f"{name} runs, and has no configuration in /etc/xen. For a network, its vif needs: "
        f"backend={survey.netvm},script={vif_lines.SCRIPT}"
        for name in sorted(survey.running - known)
        if name.removesuffix(_DEVICE_MODEL) not in known
    )
    ends = survey.xendomains
    if ends is not None and ends.saves and survey.made_of is not None:
        what = f"have domains shut down with dom0, not saved, since a netvm cannot be: XENDOMAINS_SAVE of {ends.path}"
        result.steps.append(EditFile(ends.path, ends.text, ends.without_saving(), what))


def _serve(survey: Survey, result: Plan) -> None:
    enabled = survey.enabled
    if enabled is None:
        result.notes.append("There is no systemd: start qnet-helper, and qnet netvm start, at boot yourself.")
    elif HELPER not in enabled:
        result.steps.append(EnableUnit(HELPER, "start the network helper, now and at boot"))
    own = survey.made_of
    if own is None:
        result.notes.append(f"{survey.netvm} is started by somebody else, and stays so.")
        return
    if survey.netvm in survey.running:
        if survey.on_trial:
            what = f"keep {survey.netvm}, which an earlier run has started on trial"
            result.steps.append(TryNetvm(survey.netvm, what))
    else:
        cards = _cards(survey, own.text)
        given = f"with the network cards {', '.join(cards)}" if cards else "without a network card"
        result.steps.append(TryNetvm(survey.netvm, f"start {survey.netvm} {given}, on trial"))
        result.notes.extend(
            f"{interface} is a part of {whole}, which keeps its address and its routes without it. Take {whole} out of"
            " dom0's network configuration (/etc/network/interfaces, NetworkManager) before the next boot."
            for card, interface, whole in survey.parts
            if card in cards
        )
        result.notes.extend(
            f"{interface} is up in dom0, and will be at every boot until {survey.netvm} has it. Take it out of dom0's"
            " network configuration (/etc/network/interfaces, NetworkManager), so that dom0 has no network even then."
            for card, interface in survey.up
            if card in cards
        )
        result.notes.extend(
            f"Should dom0 have that card back, ifupdown takes {interface} for set up: ifup --force {interface}, or a"
            " restart."
            for card, interface in survey.up
            if card in cards and interface in survey.ifupdown
        )
        result.notes.extend(
            f"{upper} is made of {interface}, and goes with it. Should dom0 have that card back, make it again: ifup"
            f" {upper}, say, or a restart."
            for card, interface, upper in survey.uppers
            if card in cards
        )
    if survey.remotely and _gives_cards(survey, own.text):
        result.notes.append(
            "You are here by the network, which goes with these cards: unless another way leads here, the question"
            " comes to nobody, and dom0 has its cards again a minute later. With --yes nobody is asked."
        )
    result.notes.extend(
        f"{place} comes over the network ({kind}), and goes with the cards that dom0 gives away."
        for place, kind in _lost(survey, own.text)
    )
    if enabled is not None and NETVM not in enabled:
        result.steps.append(EnableUnit(NETVM, f"start {survey.netvm} at every boot, once it is confirmed"))
