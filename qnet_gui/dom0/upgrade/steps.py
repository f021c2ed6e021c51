"""The steps by which dom0 is connected, in their order; `down` goes them backwards. Each can be undone, at any time.

A step is noted in the journal before it is done. Undoing one that was not done, or only half, or twice, is no error.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from qnet_gui.dom0.upgrade import own_interface, packet_filter, resolv_conf
from qnet_gui.dom0.upgrade.journal import Journal, PausedDomain, boot_id
from qnet_gui.dom0.upgrade.needed_domains import needed_by
from qnet_gui.dom0.upgrade.step_context import StepContext, for_each
from qnet_gui.hypervisor.port import DomainInfo, VifRequest
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import HypervisorError, KernelError, NotFound, QnetError, Refused
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.parse import printable
from qnet_gui.model.vif import VifId
from qnet_gui.runtime.command import NFT, run

DOM0 = 0


@dataclass(frozen=True, slots=True)
class Step:
    """`doing` is what it does; `do` and `undo` return what has been done, None for nothing.

    `after`: steps that must have been undone before this one may be: what protects dom0 goes last.
    """

    name: str
    doing: UpgradeCode
    do: Callable[[StepContext], Message]
    undo: Callable[[StepContext], Message | None]
    after: tuple[str, ...] = ()


def names(domains: Iterable[PausedDomain]) -> tuple[str, ...]:
    """Their names, as a person looks for one."""
    return tuple(sorted(domain.name for domain in domains))


def in_state(state: DomainState, domains: Iterable[PausedDomain], infos: Iterable[DomainInfo]) -> tuple[str, ...]:
    """The names of those that are in that state, by what the hypervisor has said last. Pure."""
    there = {(info.id, info.uuid) for info in infos if info.state is state}
    return names(domain for domain in domains if (domain.id, domain.uuid) in there)


def _of(listed: tuple[str, ...], some: UpgradeCode, nobody: UpgradeCode) -> Message:
    return Message(some, count=len(listed), names=listed) if listed else Message(nobody)


# -- pause


def as_paused(infos: Iterable[DomainInfo]) -> tuple[PausedDomain, ...]:
    """Domains as the journal has them."""
    return tuple(PausedDomain(info.id, info.uuid, info.name) for info in infos)


def to_be_paused(domains: Iterable[DomainInfo], spared: Iterable[int]) -> tuple[PausedDomain, ...]:
    """Who is to be paused of the domains that there are: all that run, but dom0 and those that it needs. Pure."""
    kept = {DOM0, *spared}
    running = (info for info in domains if info.state is DomainState.RUNNING and info.id not in kept)
    return as_paused(running)


def newcomers(domains: Iterable[DomainInfo], spared: Iterable[int], journal: Journal) -> tuple[PausedDomain, ...]:
    """Who has come since the others were paused. Pure.

    Whatever its state: a toolstack makes a domain paused and lets it go later, and Xen counts who has paused it.
    """
    kept, known = {DOM0, *spared}, {(domain.id, domain.uuid) for domain in (*journal.paused, *journal.paused_before)}
    return tuple(
        PausedDomain(info.id, info.uuid, info.name)
        for info in domains
        if info.id not in kept and (info.id, info.uuid) not in known and info.state is not DomainState.DYING
    )


def let_go(domains: Iterable[DomainInfo], spared: Iterable[int], journal: Journal) -> tuple[PausedDomain, ...]:
    """Who runs although we had paused it, or somebody else had before. Pure."""
    known = {(domain.id, domain.uuid) for domain in (*journal.paused, *journal.paused_before)}
    return tuple(domain for domain in to_be_paused(domains, spared) if (domain.id, domain.uuid) in known)


def _pause_all(context: StepContext, domains: Iterable[PausedDomain]) -> None:
    for domain in domains:
        try:
            context.hypervisor.pause(domain.id)
        except (HypervisorError, NotFound):
            if any(info.id == domain.id for info in context.hypervisor.domains()):
                raise


@dataclass(frozen=True, slots=True)
class PausedAgain:
    """Names of who stands still now: who has come since the others were paused; whom somebody else had let go on."""

    arrived: tuple[str, ...] = ()
    let_go: tuple[str, ...] = ()


def keep_paused(context: StepContext) -> PausedAgain:
    """Pause whoever has come since, and whoever runs again; returns whom.

    Who was paused before and was let go on meanwhile is to run, so afterwards we let it. One that cannot be paused is
    no reason to let the others run.
    """
    domains, journal = context.look(), context.journal
    spared = needed_by(context.store, journal.netvm)
    arrived, running = newcomers(domains, spared, journal), let_go(domains, spared, journal)
    ours = arrived + tuple(domain for domain in running if domain in journal.paused_before)
    if ours:
        left = tuple(domain for domain in journal.paused_before if domain not in ours)
        context.note(paused=journal.paused + ours, paused_before=left)
    if not (arrived or running):
        return PausedAgain()
    try:
        for_each(lambda domain: _pause_all(context, (domain,)), (*arrived, *running))
    finally:
        seen = context.look()
    return PausedAgain(*(in_state(DomainState.PAUSED, domains, seen) for domains in (arrived, running)))


def _pause(context: StepContext) -> Message:
    domains = context.hypervisor.domains()
    paused = to_be_paused(domains, needed_by(context.store, context.journal.netvm))
    paused_before = (
        PausedDomain(info.id, info.uuid, info.name) for info in domains if info.state is DomainState.PAUSED
    )
    context.note(paused=paused, paused_before=tuple(paused_before))
    _pause_all(context, paused)
    stand_still = in_state(DomainState.PAUSED, paused, context.look())
    return _of(stand_still, UpgradeCode.PAUSED_OTHERS, UpgradeCode.PAUSED_NOBODY)


def _unpause(context: StepContext) -> Message | None:
    """Those and only those that we have paused, and only if they are still the same.

    To let everybody go woke those that their user had paused before (Qubes OS, 2d553d45). One that cannot go on is no
    reason to keep the others; they are ours no more, since their users may pause them before it is tried again.
    """
    if not context.journal.paused and context.salvaged is None:
        return None
    domains = context.hypervisor.domains()
    alive = {(info.id, info.uuid) for info in domains if info.state is not DomainState.DYING}
    paused = context.journal.paused
    if context.salvaged is not None:
        paused = as_paused(context.salvaged.ours(domains, boot_id()))
        context.doubtful = as_paused(context.salvaged.doubtful(domains, boot_id()))
    resumed: list[PausedDomain] = []

    def resume(domain: PausedDomain) -> None:
        with contextlib.suppress(NotFound):  # it died this moment
            context.hypervisor.unpause(domain.id)
            resumed.append(domain)

    try:
        for_each(resume, (domain for domain in paused if (domain.id, domain.uuid) in alive))
    except QnetError:
        if context.salvaged is None:
            with contextlib.suppress(QnetError):  # of the two failures that of the domain is told
                context.note(paused=tuple(domain for domain in paused if domain not in resumed))
        raise
    return _of(names(resumed), UpgradeCode.RESUMED_OTHERS, UpgradeCode.RESUMED_NOBODY)


# -- filter


def _filter(context: StepContext) -> Message:
    context.filter.make(context.journal)
    return Message(UpgradeCode.CLOSED_DOM0)


def _remove_filter(_: StepContext) -> Message:
    run([NFT, "-f", "-"], packet_filter.remove())
    return Message(UpgradeCode.REMOVED_FILTER)


# -- attach


def _attach(context: StepContext) -> Message:
    journal = context.journal
    request = VifRequest(DOM0, journal.netvm, journal.address, journal.mac, untrusted=True)
    vif = context.hypervisor.attach_vif(request)
    backend = f"/local/domain/{journal.netvm}/{vif.backend_path}"

    def served(untrusted_status: bytes | None) -> bool:
        if untrusted_status == b"error":
            untrusted_error = context.store.read(f"{backend}/hotplug-error") or b""
            if not untrusted_error:
                raise Refused(UpgradeCode.DOM0_CARD_REFUSED_SILENTLY)
            raise Refused(UpgradeCode.DOM0_CARD_REFUSED, why=printable(untrusted_error))
        return untrusted_status == b"connected"

    context.wait(f"{backend}/hotplug-status", served, UpgradeCode.DOM0_CARD_NOT_SERVED)
    if not own_interface.wait_for(lambda: bool(own_interface.find(journal.mac)), lambda: context.cancelled):
        context.check()
        raise KernelError(UpgradeCode.DOM0_CARD_MISSING)
    return Message(UpgradeCode.ATTACHED_DOM0, interface=_interface(context))


def _detach(context: StepContext) -> Message | None:
    mac, detached = context.journal.mac, False
    root = f"/libxl/{DOM0}/device/vif"
    for devid in context.store.children(root):
        its_mac = (context.store.read(f"{root}/{devid}/mac") or b"").decode("ascii", "replace").lower()
        if devid.isdecimal() and (its_mac == mac or not mac):
            try:
                context.hypervisor.detach_vif(VifId(DOM0, int(devid)))
            except HypervisorError:  # a netvm that does not let go of it; what counts is that dom0 has
                if context.store.read(f"{root}/{devid}/mac") is not None:
                    raise
            detached = True
    if mac and not own_interface.wait_for(lambda: not own_interface.find(mac)):
        raise KernelError(UpgradeCode.DOM0_CARD_STAYS)
    return Message(UpgradeCode.DETACHED_DOM0) if detached else None


# -- dom0's own interface


def _interface(context: StepContext) -> str:
    return own_interface.find(context.journal.mac) if context.journal.mac else ""


def _set_address(context: StepContext) -> Message:
    own_interface.change(context.journal.mac, lambda link: own_interface.set_address(link, context.journal.address))
    return Message(UpgradeCode.GAVE_ADDRESS, address=str(context.journal.address))


def _flush(context: StepContext) -> Message | None:
    return _with_interface(context, own_interface.flush, Message(UpgradeCode.TOOK_ADDRESS))


def _set_up(context: StepContext) -> Message:
    own_interface.change(context.journal.mac, own_interface.set_up)
    return Message(UpgradeCode.OPENED_WAY)


def _set_down(context: StepContext) -> Message | None:
    return _with_interface(context, own_interface.set_down, Message(UpgradeCode.CLOSED_WAY))


def _with_interface(context: StepContext, change: Callable[[str], None], what: Message) -> Message | None:
    """Do something to the interface if it is there; it may go, together with the netvm, while we are at it."""
    interface = _interface(context)
    if not interface:
        return None
    try:
        change(interface)
    except QnetError:
        if _interface(context):
            raise
    return what


# -- resolv.conf


def _install_resolvconf(context: StepContext) -> Message:
    if resolv_conf.is_immutable(context.resolvconf):
        context.note(immutable=True)
    resolv_conf.install(context.journal.servers, context.journal.immutable, context.resolvconf)
    return Message(UpgradeCode.TOLD_SERVERS, servers=tuple(map(str, context.journal.servers)))


def _restore_resolvconf(context: StepContext) -> Message:
    resolv_conf.restore(context.journal.immutable, context.resolvconf)
    return Message(UpgradeCode.PUT_FILE_BACK, path=str(context.resolvconf))


#: What keeps dom0's protection up: these must be undone before it is taken down.
WAY = ("attach", "up")
STEPS = (
    Step("pause", UpgradeCode.PAUSING_OTHERS, _pause, _unpause, after=WAY),
    Step("filter", UpgradeCode.CLOSING_DOM0, _filter, _remove_filter, after=WAY),
    Step("attach", UpgradeCode.ATTACHING_DOM0, _attach, _detach),
    Step("address", UpgradeCode.GIVING_ADDRESS, _set_address, _flush),
    Step("resolv.conf", UpgradeCode.TELLING_SERVERS, _install_resolvconf, _restore_resolvconf),
    Step("up", UpgradeCode.OPENING_WAY, _set_up, _set_down),
)
#: Their names, as the journal has them when all are begun.
ALL_STEPS = tuple(step.name for step in STEPS)
