"""The steps by which dom0 is connected, in their order; `down` goes them backwards. Each can be undone, at any time.

A step is noted in the journal before it is done. Undoing one that was not done, or only half, or twice, is no error.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from qnet_gui.dom0.upgrade import own_interface, packet_filter, resolv_conf
from qnet_gui.dom0.upgrade.journal import Journal, PausedDomain
from qnet_gui.dom0.upgrade.needed_domains import needed_by
from qnet_gui.dom0.upgrade.step_context import StepContext
from qnet_gui.hypervisor.port import DomainInfo, VifRequest
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import HypervisorError, KernelError, NotFound, QnetError, Refused
from qnet_gui.model.parse import printable
from qnet_gui.model.vif import VifId
from qnet_gui.runtime.command import NFT, run

DOM0 = 0


@dataclass(frozen=True, slots=True)
class Step:
    """`doing` goes on `It is …`; `do` and `undo` return what has been done, in a few words, empty for nothing.

    `after`: steps that must have been undone before this one may be: what protects dom0 goes last.
    """

    name: str
    doing: str
    do: Callable[[StepContext], str]
    undo: Callable[[StepContext], str]
    after: tuple[str, ...] = ()


def names(domains: Iterable[PausedDomain | DomainInfo]) -> str:
    """Domains in words: `2 domains: personal, work`."""
    found = sorted(each.name for each in domains)
    return f"{len(found)} domain{'' if len(found) == 1 else 's'}: {', '.join(found)}" if found else "no domain"


# -- pause


def to_be_paused(domains: Iterable[DomainInfo], spared: Iterable[int]) -> tuple[PausedDomain, ...]:
    """Who is to be paused of the domains that there are: all that run, but dom0 and those that it needs. Pure."""
    kept = {DOM0, *spared}
    running = (info for info in domains if info.state is DomainState.RUNNING and info.id not in kept)
    return tuple(PausedDomain(info.id, info.uuid, info.name) for info in running)


def newcomers(domains: Iterable[DomainInfo], spared: Iterable[int], journal: Journal) -> tuple[PausedDomain, ...]:
    """Who has come since the others were paused. Pure.

    Whatever its state: a toolstack makes a domain paused and lets it go later, and Xen counts who has paused it.
    """
    kept, known = {DOM0, *spared}, {(each.id, each.uuid) for each in (*journal.paused, *journal.paused_before)}
    return tuple(
        PausedDomain(info.id, info.uuid, info.name)
        for info in domains
        if info.id not in kept and (info.id, info.uuid) not in known and info.state is not DomainState.DYING
    )


def _pause_all(context: StepContext, domains: Iterable[PausedDomain]) -> None:
    for each in domains:
        try:
            context.hypervisor.pause(each.id)
        except (HypervisorError, NotFound):
            if any(info.id == each.id for info in context.hypervisor.domains()):
                raise


def pause_newcomers(context: StepContext) -> tuple[PausedDomain, ...]:
    """Pause whoever has come since; returns whom."""
    found = newcomers(context.hypervisor.domains(), needed_by(context.store, context.journal.netvm), context.journal)
    if found:
        context.note(paused=context.journal.paused + found)
        _pause_all(context, found)
    return found


def _pause(context: StepContext) -> str:
    domains = context.hypervisor.domains()
    paused = to_be_paused(domains, needed_by(context.store, context.journal.netvm))
    paused_before = (
        PausedDomain(info.id, info.uuid, info.name) for info in domains if info.state is DomainState.PAUSED
    )
    context.note(paused=paused, paused_before=tuple(paused_before))
    _pause_all(context, paused)
    return f"paused {names(paused)}"


def _unpause(context: StepContext) -> str:
    """Those and only those that we have paused, and only if they are still the same."""
    if not context.journal.paused:
        return ""
    alive = {(info.id, info.uuid) for info in context.hypervisor.domains() if info.state is not DomainState.DYING}
    resumed = []
    for each in context.journal.paused:
        if (each.id, each.uuid) in alive:
            try:
                context.hypervisor.unpause(each.id)
                resumed.append(each)
            except NotFound:  # it died this moment
                continue
    return f"resumed {names(resumed)}"


# -- filter

#: Of a connection's 32-bit mark, without 0, which is none.
_MARKS = 2**32 - 1


def _filter(context: StepContext) -> str:
    seconds, mark = context.journal.until - int(time.time()), secrets.randbelow(_MARKS) + 1
    run([NFT, "-f", "-"], packet_filter.install(context.journal.servers, context.journal.ports, seconds, mark))
    return "closed dom0 to the netvm but for what an upgrade needs"


def _remove_filter(_: StepContext) -> str:
    run([NFT, "-f", "-"], packet_filter.remove())
    return "removed dom0's packet filter"


# -- attach


def _attach(context: StepContext) -> str:
    journal = context.journal
    request = VifRequest(DOM0, journal.netvm, journal.address, journal.mac, untrusted=True)
    vif = context.hypervisor.attach_vif(request)
    backend = f"/local/domain/{journal.netvm}/{vif.backend_path}"

    def served(status: bytes | None) -> bool:
        if status == b"error":
            why = context.store.read(f"{backend}/hotplug-error") or b""
            raise Refused(f"The netvm refused dom0's card: {printable(why) or 'it did not say why'}.")
        return status == b"connected"

    context.wait(f"{backend}/hotplug-status", served, "The netvm did not serve dom0's card in time.")
    if not own_interface.wait_for(lambda: bool(own_interface.find(journal.mac)), lambda: context.cancelled):
        context.check()
        raise KernelError("dom0's card did not appear. Is the module xen-netfront loaded?")
    return f"attached dom0 to the netvm ({_interface(context)})"


def _detach(context: StepContext) -> str:
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
        raise KernelError("dom0's card did not go away.")
    return "detached dom0 from the netvm" if detached else ""


# -- the card


def _interface(context: StepContext) -> str:
    return own_interface.find(context.journal.mac) if context.journal.mac else ""


def _must_have_interface(context: StepContext) -> str:
    link = _interface(context)
    if not link:
        raise KernelError("dom0's card has gone.")
    return link


def _set_address(context: StepContext) -> str:
    own_interface.set_address(_must_have_interface(context), context.journal.address)
    return f"gave dom0 the address {context.journal.address}"


def _flush(context: StepContext) -> str:
    return _with_interface(context, own_interface.flush, "took dom0's address")


def _set_up(context: StepContext) -> str:
    own_interface.set_up(_must_have_interface(context))
    return "opened the way"


def _set_down(context: StepContext) -> str:
    return _with_interface(context, own_interface.set_down, "closed the way")


def _with_interface(context: StepContext, change: Callable[[str], None], text: str) -> str:
    """Do something to the card if it is there; it may go, together with the netvm, while we are at it."""
    link = _interface(context)
    if not link:
        return ""
    try:
        change(link)
    except QnetError:
        if _interface(context):
            raise
    return text


# -- resolv.conf


def _put_resolvconf(context: StepContext) -> str:
    if resolv_conf.is_immutable(context.resolvconf):
        context.note(immutable=True)
    resolv_conf.put(context.journal.servers, context.journal.immutable, context.resolvconf)
    return f"told dom0 its name servers: {', '.join(map(str, context.journal.servers))}"


def _restore_resolvconf(context: StepContext) -> str:
    resolv_conf.restore(context.journal.immutable, context.resolvconf)
    return f"put back {context.resolvconf}"


#: What keeps dom0's protection up: these must be undone before it is taken down.
_WAY = ("attach", "up")
STEPS = (
    Step("pause", "pausing the other domains", _pause, _unpause, after=_WAY),
    Step("filter", "closing dom0 but for what an upgrade needs", _filter, _remove_filter, after=_WAY),
    Step("attach", "attaching dom0 to the netvm", _attach, _detach),
    Step("address", "giving dom0 its address", _set_address, _flush),
    Step("resolv.conf", "telling dom0 its name servers", _put_resolvconf, _restore_resolvconf),
    Step("up", "opening the way", _set_up, _set_down),
)
