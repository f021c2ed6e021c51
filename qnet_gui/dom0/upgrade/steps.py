"""The steps by which dom0 is connected, in their order; `down` goes them backwards. Each can be undone, at any time.

A step is noted in the journal before it is done. Undoing one that was not done, or only half, or twice, is no error.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from qnet_gui.dom0.upgrade import own_interface, packet_filter, resolv_conf
from qnet_gui.dom0.upgrade.journal import Held, Journal
from qnet_gui.dom0.upgrade.needed_domains import needed_by
from qnet_gui.dom0.upgrade.step_context import Hands
from qnet_gui.hypervisor.port import DomainInfo, VifRequest
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import HypervisorError, KernelError, NotFound, QnetError, Refused
from qnet_gui.model.parse import ipv4, printable
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
    do: Callable[[Hands], str]
    undo: Callable[[Hands], str]
    after: tuple[str, ...] = ()


def names(domains: Iterable[Held | DomainInfo]) -> str:
    """Domains in words: `2 domains: personal, work`."""
    found = sorted(each.name for each in domains)
    return f"{len(found)} domain{'' if len(found) == 1 else 's'}: {', '.join(found)}" if found else "no domain"


# -- pause


def to_be_paused(domains: Iterable[DomainInfo], spared: Iterable[int]) -> tuple[Held, ...]:
    """Who is to be paused of the domains that there are: all that run, but dom0 and those that it needs. Pure."""
    kept = {DOM0, *spared}
    running = (info for info in domains if info.state is DomainState.RUNNING and info.id not in kept)
    return tuple(Held(info.id, info.uuid, info.name) for info in running)


def newcomers(domains: Iterable[DomainInfo], spared: Iterable[int], journal: Journal) -> tuple[Held, ...]:
    """Who has come since the others were paused. Pure.

    Whatever its state: a toolstack makes a domain paused and lets it go later, and Xen counts who has paused it.
    """
    kept, known = {DOM0, *spared}, {(each.id, each.uuid) for each in (*journal.held, *journal.left)}
    return tuple(
        Held(info.id, info.uuid, info.name)
        for info in domains
        if info.id not in kept and (info.id, info.uuid) not in known and info.state is not DomainState.DYING
    )


def _pause_all(hands: Hands, domains: Iterable[Held]) -> None:
    for each in domains:
        try:
            hands.hypervisor.pause(each.id)
        except (HypervisorError, NotFound):
            if any(info.id == each.id for info in hands.hypervisor.domains()):
                raise


def pause_newcomers(hands: Hands) -> tuple[Held, ...]:
    """Pause whoever has come since; returns whom."""
    found = newcomers(hands.hypervisor.domains(), needed_by(hands.store, hands.journal.netvm), hands.journal)
    if found:
        hands.note(held=hands.journal.held + found)
        _pause_all(hands, found)
    return found


def _pause(hands: Hands) -> str:
    domains = hands.hypervisor.domains()
    held = to_be_paused(domains, needed_by(hands.store, hands.journal.netvm))
    left = (Held(info.id, info.uuid, info.name) for info in domains if info.state is DomainState.PAUSED)
    hands.note(held=held, left=tuple(left))
    _pause_all(hands, held)
    return f"paused {names(held)}"


def _unpause(hands: Hands) -> str:
    """Those and only those that we have paused, and only if they are still the same."""
    if not hands.journal.held:
        return ""
    alive = {(info.id, info.uuid) for info in hands.hypervisor.domains() if info.state is not DomainState.DYING}
    resumed = []
    for each in hands.journal.held:
        if (each.id, each.uuid) in alive:
            try:
                hands.hypervisor.unpause(each.id)
                resumed.append(each)
            except NotFound:  # it died this moment
                continue
    return f"resumed {names(resumed)}"


# -- filter

#: Of a connection's 32-bit mark, without 0, which is none.
_MARKS = 2**32 - 1


def _filter(hands: Hands) -> str:
    seconds, mark = hands.journal.until - int(time.time()), secrets.randbelow(_MARKS) + 1
    run([NFT, "-f", "-"], packet_filter.install(hands.journal.servers, hands.journal.ports, seconds, mark))
    return "closed dom0 to the netvm but for what an upgrade needs"


def _remove_filter(_: Hands) -> str:
    run([NFT, "-f", "-"], packet_filter.remove())
    return "removed dom0's packet filter"


# -- attach


def _attach(hands: Hands) -> str:
    journal = hands.journal
    request = VifRequest(DOM0, journal.netvm, ipv4(journal.address), journal.mac, untrusted=True)
    vif = hands.hypervisor.attach_vif(request)
    backend = f"/local/domain/{journal.netvm}/{vif.backend_path}"

    def served(status: bytes | None) -> bool:
        if status == b"error":
            why = hands.store.read(f"{backend}/hotplug-error") or b""
            raise Refused(f"The netvm refused dom0's card: {printable(why) or 'it did not say why'}.")
        return status == b"connected"

    hands.wait(f"{backend}/hotplug-status", served, "The netvm did not serve dom0's card in time.")
    if not own_interface.wait_for(lambda: bool(own_interface.find(journal.mac)), lambda: hands.cancelled):
        hands.check()
        raise KernelError("dom0's card did not appear. Is the module xen-netfront loaded?")
    return f"attached dom0 to the netvm ({_card(hands)})"


def _detach(hands: Hands) -> str:
    mac, detached = hands.journal.mac, False
    root = f"/libxl/{DOM0}/device/vif"
    for devid in hands.store.children(root):
        its_mac = (hands.store.read(f"{root}/{devid}/mac") or b"").decode("ascii", "replace").lower()
        if devid.isdecimal() and (its_mac == mac or not mac):
            try:
                hands.hypervisor.detach_vif(VifId(DOM0, int(devid)))
            except HypervisorError:  # a netvm that does not let go of it; what counts is that dom0 has
                if hands.store.read(f"{root}/{devid}/mac") is not None:
                    raise
            detached = True
    if mac and not own_interface.wait_for(lambda: not own_interface.find(mac)):
        raise KernelError("dom0's card did not go away.")
    return "detached dom0 from the netvm" if detached else ""


# -- the card


def _card(hands: Hands) -> str:
    return own_interface.find(hands.journal.mac) if hands.journal.mac else ""


def _must_have_card(hands: Hands) -> str:
    link = _card(hands)
    if not link:
        raise KernelError("dom0's card has gone.")
    return link


def _set_address(hands: Hands) -> str:
    own_interface.set_address(_must_have_card(hands), hands.journal.address)
    return f"gave dom0 the address {hands.journal.address}"


def _flush(hands: Hands) -> str:
    return _with_card(hands, own_interface.flush, "took dom0's address")


def _set_up(hands: Hands) -> str:
    own_interface.set_up(_must_have_card(hands))
    return "opened the way"


def _set_down(hands: Hands) -> str:
    return _with_card(hands, own_interface.set_down, "closed the way")


def _with_card(hands: Hands, deed: Callable[[str], None], text: str) -> str:
    """Do something to the card if it is there; it may go, together with the netvm, while we are at it."""
    link = _card(hands)
    if not link:
        return ""
    try:
        deed(link)
    except QnetError:
        if _card(hands):
            raise
    return text


# -- resolv.conf


def _put_resolvconf(hands: Hands) -> str:
    if resolv_conf.is_immutable(hands.resolvconf):
        hands.note(immutable=True)
    resolv_conf.put(hands.journal.servers, hands.journal.immutable, hands.resolvconf)
    return f"told dom0 its name servers: {', '.join(hands.journal.servers)}"


def _restore_resolvconf(hands: Hands) -> str:
    resolv_conf.restore(hands.journal.immutable, hands.resolvconf)
    return f"put back {hands.resolvconf}"


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
