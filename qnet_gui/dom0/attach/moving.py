"""Moves domains from one netvm to another, each by itself: what fails with one is no reason to leave the others.

Touches them through the hypervisor and xenstore. It blocks: it belongs on the thread of the operations.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.dom0.attach import exchange
from qnet_gui.dom0.attach.exchange import AttachedVif
from qnet_gui.dom0.bus.operations import Progress
from qnet_gui.dom0.observe import frontends, inputs
from qnet_gui.dom0.observe.inputs import Frontend
from qnet_gui.hypervisor.port import DomainInfo, Hypervisor
from qnet_gui.model.errors import QnetError, Refused, unexpected
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.store.client import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Detached:
    """What a domain's frontends were like that it has no more. `partly`: it has others of them again."""

    frontends: tuple[Frontend, ...]
    partly: bool = False


def attach_each(
    detached: MutableMapping[int, Detached], domid: int, frontends: Sequence[Frontend],
    attach: Callable[[Frontend, bool], AttachedVif],
) -> list[AttachedVif]:  # fmt: skip
    """Attach what a domain had; in `detached` is what of it is to be attached still, should one fail.

    `attach` is told whether it is the first one, of which alone a domain reports.
    """
    partly = domid in detached and detached[domid].partly
    vifs: list[AttachedVif] = []
    for index, frontend in enumerate(frontends):
        detached[domid] = Detached(tuple(frontends[index:]), partly or index > 0)
        vifs.append(attach(frontend, not partly and not index))
    detached.pop(domid, None)
    return vifs


class Move:
    """`detached` keeps what was detached until there is another; `address` gives that of a frontend."""

    def __init__(
        self, hypervisor: Hypervisor, detached: MutableMapping[int, Detached], name: str, netvm: int,
        address: Callable[[int, Frontend], IPv4Address | None],
    ) -> None:  # fmt: skip
        self._hypervisor = hypervisor
        self._detached = detached
        self._name, self._netvm = name, netvm
        self._address = address

    def run(
        self, running: Iterable[tuple[DomainInfo, Container[int]]], paused: Iterable[DomainInfo], progress: Progress
    ) -> Message:
        """Move them; returns how it went, or raises it when some could not be moved."""
        moved: dict[DomainInfo, list[AttachedVif]] = {}
        failed: dict[str, Message] = {}
        with Store() as store:
            for info, ids in running:
                progress.begun(f"move {info.name}", Message(DomainCode.MOVING, name=info.name, netvm=self._name))
                try:
                    if progress.cancelled:
                        raise Refused(progress.cancelled)
                    moved[info] = self.exchange(store, info, ids)
                except Exception as error:
                    self._fail(info, error, failed, progress)
            deadline = exchange.deadline()
            for info, vifs in list(moved.items()):
                try:
                    for vif in vifs:
                        exchange.wait(store, vif, lambda: progress.cancelled, deadline)
                    progress.done(f"move {info.name}", Message(DomainCode.MOVED, name=info.name, netvm=self._name))
                except Exception as error:
                    del moved[info]
                    self._fail(info, error, failed, progress)
        return self._outcome([info.name for info in moved], [info.name for info in paused], failed)

    @staticmethod
    def _fail(info: DomainInfo, error: Exception, failed: dict[str, Message], progress: Progress) -> None:
        if not isinstance(error, QnetError):
            log.error("unexpected: %r", error, exc_info=error)
        failed[info.name] = unexpected(error)
        progress.failed(f"move {info.name}", failed[info.name])

    def _outcome(self, moved: list[str], paused: list[str], failed: dict[str, Message]) -> Message:
        parts = [Message(DomainCode.IS_NETVM, netvm=self._name)]
        parts += [Message(DomainCode.WERE_MOVED, names=tuple(sorted(moved)))] if moved else []
        parts += [Message(DomainCode.MOVED_LATER, names=tuple(sorted(paused)))] if paused else []
        parts += [Message(DomainCode.NOT_MOVED, name=name, why=failed[name]) for name in sorted(failed)]
        if failed:
            raise QnetError(HelperCode.SENTENCES, sentences=tuple(parts))
        return Message(HelperCode.SENTENCES, sentences=tuple(parts))

    def exchange(self, store: Store, info: DomainInfo, ids: Container[int]) -> list[AttachedVif]:
        """Detach a domain's vifs that these serve, or what is left of such an attempt, and attach the same again.

        None are attached to a domain that has died meanwhile, or that somebody has cut off or attached.
        """
        known = self._detached.get(info.id, Detached(()))
        old = exchange.detach(self._hypervisor, store, info.id, lambda frontend: frontend.backend in ids)
        partly = known.partly and not old
        if old:
            old += known.frontends if known.partly else ()
            self._detached[info.id] = Detached(tuple(old))
        elif partly or not inputs.frontends(store, info.id):
            old = [*known.frontends]
        else:
            self._detached.pop(info.id, None)
        reports = bool(old) and not partly and exchange.forget_report(store, info.id)
        return attach_each(
            self._detached, info.id, old, lambda frontend, first: self._attach(info, frontend, reports and first)
        )

    def _attach(self, info: DomainInfo, frontend: Frontend, reports: bool) -> AttachedVif:
        address = self._address(info.id, frontend)
        if address is None:
            raise QnetError(DomainCode.ADDRESS_UNKNOWN, name=info.name)
        vif = self._hypervisor.attach_vif(frontends.vif_request(frontend, info, self._netvm, address))
        return AttachedVif(vif, self._netvm, address, reports)
