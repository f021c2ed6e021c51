"""Keeps the vifs that the kernel serves equal to the vifs that xenstore and netlink show. Runs on the main loop.

Events, from whatever side, only say `look again`: at one vif or at all. A look reads the nodes on the store's thread,
changes the kernel on the main loop (about a millisecond a vif, in portions), and answers on the store's thread.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable, Container
from ipaddress import IPv4Address

from qnet_gui.kernel.netlink import link_index
from qnet_gui.model.errors import BadInput, KernelError, NotFound, QnetError
from qnet_gui.model.messages.agent import AgentCode
from qnet_gui.model.vif import Vif, VifId
from qnet_gui.netvm.packet_filter.conntrack_flusher import ConntrackFlusher
from qnet_gui.netvm.vifs import node
from qnet_gui.netvm.vifs.node import Node
from qnet_gui.netvm.vifs.vif_table import VifTable
from qnet_gui.runtime.mainloop import after, cancel, post
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)
#: Vifs looked at in one go, so that the main loop is never held for more than some 30 ms.
_PORTION = 32
Reply = Callable[[QnetError | None], None]


class VifAction(enum.Enum):
    """What is to be done about one vif."""

    SERVE = "serve"
    REFUSE = "refuse"
    RELEASE = "release"


def decide(vif_node: Node, linked: bool, leaving: bool) -> VifAction:
    """Judge one vif: its node, whether its link exists, whether the hotplug script has said that it goes."""
    if leaving or (vif_node.vif is None and vif_node.error is None):
        return VifAction.RELEASE
    if vif_node.error is not None:
        return VifAction.REFUSE
    return VifAction.SERVE if linked else VifAction.RELEASE


class VifReconciler:
    """`changed` is called after each look, when the vifs served or refused may be others than before.

    `own`: the addresses by which domains know the netvm, of now.
    """

    def __init__(
        self, worker: StoreWorker, served: VifTable, flusher: ConntrackFlusher, changed: Callable[[], None],
        own: Callable[[], Container[IPv4Address]] = lambda: (),
    ) -> None:  # fmt: skip
        self._worker = worker
        self._served = served
        self._flusher = flusher
        self._changed = changed
        self._own = own
        self._waiting: dict[VifId, list[Reply]] = {}
        self._under_way: dict[VifId, list[Reply]] = {}
        self._results: dict[VifId, QnetError | None] = {}
        self._leaving: set[VifId] = set()
        self._refused: dict[VifId, str] = {}
        #: Of vifs that have no address yet: the timers, who waits for an answer; and those that have waited in vain.
        self._timers: dict[VifId, int] = {}
        self._kept: dict[VifId, list[Reply]] = {}
        self._late: set[VifId] = set()

    @property
    def served(self) -> list[VifId]:
        """Which vifs are online now."""
        return sorted(self._served.addresses, key=lambda vif: (vif.frontend, vif.devid))

    # -- events

    def start(self) -> None:
        """Watch xenstore; the first event makes it look at everything."""
        self._worker.watch(node.ROOT, self._store_event)

    def _store_event(self, path: str) -> None:
        parts = path[max(path.find(node.ROOT), 0) :].split("/")
        if len(parts) < 4:
            self.look_at_all()
        elif len(parts) == 4 or parts[4] in node.FIELDS:
            try:
                self.look(VifId.from_path("/".join(parts[:4])))
            except BadInput as error:
                log.warning("%s", error)

    def link_event(self, name: str, gone: bool) -> None:
        """A link appeared, changed or is gone."""
        try:
            vif = VifId.from_name(name)
        except BadInput:
            return
        if gone or vif not in self._served.addresses:
            self.look(vif)

    def look_at_all(self) -> None:
        """Look at every vif that xenstore or the packet filter names."""

        def done(ids: set[VifId] | QnetError) -> None:
            if isinstance(ids, QnetError):
                log.warning("the list of vifs cannot be read: %s", ids)
                return
            for vif in sorted(ids | set(self._served.addresses) | set(self._refused)):
                self.look(vif)

        self._worker.submit(node.all_ids, done)

    def online(self, vif: VifId, reply: Reply) -> None:
        """The hotplug script says that a vif is to come online; `reply` gets the error, or None when it is."""
        self._leaving.discard(vif)
        self.look(vif, reply)

    def offline(self, vif: VifId, reply: Reply) -> None:
        """The hotplug script says that a vif goes; so it is until its link or node has gone, or `online` is said.

        One that has gone already is offline: no error, whoever has seen it go.
        """
        self._leaving.add(vif)
        self.look(vif, lambda error: reply(None if isinstance(error, NotFound) else error))

    def look(self, vif: VifId, reply: Reply | None = None) -> None:
        """Look at one vif soon."""
        if not self._waiting and not self._under_way:
            post(self._next)
        self._waiting.setdefault(vif, []).extend([reply] if reply else [])

    # -- a look, in steps: read, change the kernel, forget connections, bring up, answer

    def _next(self) -> None:
        if self._under_way or not self._waiting:
            return
        portion = list(self._waiting)[:_PORTION]
        self._under_way = {vif: self._kept.pop(vif, []) + self._waiting.pop(vif) for vif in portion}
        self._results = {}
        own = self._own()
        self._worker.submit(lambda store: [node.read(store, vif, own) for vif in portion], self._judge)

    def _judge(self, nodes: list[Node] | QnetError) -> None:
        if isinstance(nodes, QnetError):
            log.warning("vifs cannot be read: %s", nodes)
            self._finish(nodes)
            return
        try:
            serve, changed_hands = self._change(nodes)
        except KernelError as error:
            log.error("%s", error)
            self._finish(error)
        except Exception as error:  # a fault of ours with one vif must not keep all others waiting
            log.exception("vifs cannot be changed")
            self._finish(QnetError(AgentCode.LOCAL_AGENT_FAILED, kind=type(error).__name__))
        else:
            self._flusher.forget(changed_hands, lambda: self._bring_up(serve))

    def _change(self, nodes: list[Node]) -> tuple[list[Vif], frozenset[IPv4Address]]:
        """Take offline what goes and admit what comes; returns what to bring up and the addresses that moved."""
        serve: list[Vif] = []
        for vif_node in nodes:
            if self._waits_for_address(vif_node):
                continue
            linked = link_index(vif_node.id.name) is not None
            decided = decide(vif_node, linked, vif_node.id in self._leaving)
            if decided is VifAction.SERVE and vif_node.vif is not None:
                serve.append(vif_node.vif)
            elif decided is VifAction.REFUSE and vif_node.error is not None:
                self._refuse(vif_node.id, vif_node.error)
            else:
                self._release(vif_node, linked)
        addresses = self._served.addresses
        changed_hands = self._served.offline({vif_node.id for vif_node in nodes} - {vif.id for vif in serve})
        return serve, changed_hands | self._served.admit([vif for vif in serve if addresses.get(vif.id) != vif.address])

    def _waits_for_address(self, vif_node: Node) -> bool:
        """Whether it has none yet, and neither is served nor refused meanwhile."""
        vif = vif_node.id
        if not vif_node.needs_address or vif in self._leaving:
            self._late.discard(vif)
        elif vif not in self._late:
            self._kept[vif], self._under_way[vif] = self._under_way[vif], []
            if vif not in self._timers:
                self._timers[vif] = after(node.ADDRESS_WAIT, lambda: self._has_waited(vif))
            return True
        if (timer := self._timers.pop(vif, None)) is not None:
            cancel(timer)
        return False

    def _has_waited(self, vif: VifId) -> None:
        del self._timers[vif]
        self._late.add(vif)
        self.look(vif)

    def _refuse(self, vif: VifId, error: BadInput) -> None:
        self._results[vif] = error
        if self._refused.get(vif) != error.sentence:  # logged once for each reason
            log.error("%s is refused: %s", vif.name, error)
            self._refused[vif] = error.sentence

    def _release(self, vif_node: Node, linked: bool) -> None:
        gone = vif_node.vif is None and vif_node.error is None
        if vif_node.id not in self._leaving:
            missing = AgentCode.VIF_NODE_NOT_HERE if gone else AgentCode.VIF_LINK_NOT_HERE
            self._results[vif_node.id] = NotFound(missing, vif=vif_node.id.name)
        if gone or not linked:
            self._leaving.discard(vif_node.id)
            self._refused.pop(vif_node.id, None)

    def _bring_up(self, serve: list[Vif]) -> None:
        errors = self._served.bring_up(serve)
        for failed, error in errors.items():
            level = logging.INFO if isinstance(error, NotFound) else logging.ERROR
            log.log(level, "%s cannot be served: %s", failed.name, error)
        self._results |= {vif.id: errors.get(vif.id) for vif in serve}
        answers = {vif: error for vif, error in self._results.items() if not isinstance(error, NotFound)}
        had_error = set(self._refused)
        for vif in serve:
            if vif.id not in errors:
                self._refused.pop(vif.id, None)
        self._worker.submit(lambda store: node.answer(store, answers, had_error), self._answered)

    def _answered(self, result: QnetError | None) -> None:
        if result is not None:
            log.warning("hotplug-status cannot be written: %s", result)
        self._finish(result)

    def _finish(self, failure: QnetError | None) -> None:
        done, self._under_way = self._under_way, {}
        for vif, replies in done.items():
            for reply in replies:
                reply(self._results.get(vif) or failure)
        self._changed()
        if self._waiting:
            post(self._next)
