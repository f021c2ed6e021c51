"""That dom0's packet filter stays in force while dom0 is connected, whoever takes it away: an upgrade may do it itself.

Debian's nftables.service flushes all rules when it is restarted, and so do others. The kernel's events say that
somebody touched ours; what there is then is compared with what was made, and made again. `FilterInForce` blocks and is
for the operations' thread, `FilterUpkeep` lives on the main loop.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable

from qnet_gui.dom0.bus.operations import Operations
from qnet_gui.dom0.upgrade import packet_filter
from qnet_gui.dom0.upgrade.journal import Journal
from qnet_gui.kernel.nft_monitor import NftChange, NftMonitor
from qnet_gui.model.errors import KernelError, QnetError
from qnet_gui.runtime.clocks import boot_seconds
from qnet_gui.runtime.command import NFT, run
from qnet_gui.runtime.mainloop import Watch

log = logging.getLogger(__name__)
#: Of a connection's 32-bit mark, without 0, which is none.
_MARKS = 2**32 - 1
#: Our tables in a list of everybody's: from their head to the brace that closes them, which no line within begins with.
_TABLES = re.compile(
    rf"^table (?:{'|'.join(packet_filter.FAMILIES)}) {packet_filter.TABLE} {{\n.*?^}}$", re.MULTILINE | re.DOTALL
)
#: So often is it made again in one connection; who takes it away more often than that is at war with it.
_MANY = 5


class FilterInForce:
    """The packet filter as the kernel has it: without its elements, which go by themselves."""

    def __init__(self) -> None:
        self._made = ""

    def make(self, journal: Journal) -> None:
        """Put it in force, for connections that begin now."""
        self._put(journal, secrets.randbelow(_MARKS) + 1)

    def take_over(self, journal: Journal) -> None:
        """Put it in force where a predecessor had, for the connections that there are."""
        self._made = _listing()
        self._again(journal)

    def keep(self, journal: Journal) -> bool:
        """Put it in force again where it is otherwise than it was made; whether it was."""
        if self._made and _listing() == self._made:
            return False
        self._again(journal)
        return True

    def _again(self, journal: Journal) -> None:
        self._put(journal, packet_filter.mark(self._made) or secrets.randbelow(_MARKS) + 1)

    def _put(self, journal: Journal, mark: int) -> None:
        seconds = journal.ends - int(boot_seconds())
        run([NFT, "-f", "-"], packet_filter.install(journal.servers, journal.ports, seconds, mark))
        self._made = _listing()


def _listing() -> str:
    """Both tables in one run, since a program's start is most of what this takes; empty where one is missing.

    Where others have more than is kept of what a program prints, or what nft does not list, each is asked for alone.
    """
    tables = _TABLES.findall(_listed("ruleset"))
    if len(tables) != len(packet_filter.FAMILIES):
        apart = "".join(_listed("table", family, packet_filter.TABLE) for family in packet_filter.FAMILIES)
        tables = _TABLES.findall(apart)
    return "".join(tables) if len(tables) == len(packet_filter.FAMILIES) else ""


def _listed(*what: str) -> str:
    try:
        return run([NFT, "-t", "-s", "list", *what]).decode("utf-8", "replace")
    except KernelError:
        return ""


class FilterUpkeep:
    """`lost` is called when it cannot be kept in force."""

    def __init__(self, operations: Operations, lost: Callable[[], None]) -> None:
        self._operations = operations
        self._lost = lost
        self._keep: Callable[[], bool] | None = None
        self._monitor: NftMonitor | None = None
        self._watch: Watch | None = None
        self._suspect = self._looking = False
        self._program = ""
        self._count = 0

    def look_after(self, keep: Callable[[], bool] | None) -> None:
        """From now on, by `keep` on the operations' thread; None: no more."""
        begins, ends = keep is not None and self._keep is None, keep is None and self._keep is not None
        self._keep = keep
        if begins:
            self._count = 0
            self._begin()
            self._touched([NftChange()])
        elif ends and self._watch is not None and self._monitor is not None:
            self._watch.end()
            self._monitor.close()
            self._watch = self._monitor = None

    def _begin(self) -> None:
        try:
            monitor = self._monitor = NftMonitor(packet_filter.FAMILIES, packet_filter.TABLE, 0)
        except (OSError, KernelError) as error:
            log.error("whether dom0's packet filter stays in force cannot be seen: %s", error)
            return
        self._watch = Watch(monitor.fileno(), lambda: self._touched(monitor.read(self._missed)), self._missed)

    def _missed(self) -> None:
        self._touched([NftChange()])

    def _touched(self, changes: list[NftChange]) -> None:
        if changes:
            self._suspect, self._program = True, changes[-1].program
            self._look()

    def _look(self) -> None:
        if self._suspect and not self._looking and self._keep is not None:
            self._suspect, self._looking = False, True
            self._operations.aside(self._keep, self._looked)

    def _looked(self, result: bool | QnetError) -> None:
        self._looking = False
        if isinstance(result, QnetError):
            log.error("dom0's packet filter cannot be put in force again: %s", result)
        elif result:
            log.warning("dom0's packet filter was changed by %s, and is in force again", self._program)
            self._count += 1
        if self._keep is not None and (isinstance(result, QnetError) or (result and self._count > _MANY)):
            self._lost()
        else:
            self._look()
