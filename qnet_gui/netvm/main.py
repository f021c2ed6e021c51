"""`qnet-agent`: the netvm's service, and the same work done once for scripts that find no agent. Runs as root."""

from __future__ import annotations

import argparse
import errno
import fcntl
import importlib
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address
from types import ModuleType
from typing import Any

from qnet_gui import __version__
from qnet_gui.model import config
from qnet_gui.model.domain import DOM0_NAMES
from qnet_gui.model.errors import BadInput, KernelError, NoAnswer, NotFound, QnetError, Refused, StoreGone
from qnet_gui.model.messages.agent import AgentCode
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import printable, shown
from qnet_gui.model.wire.message_wire import from_parts
from qnet_gui.netvm.vifs import hotplug
from qnet_gui.runtime import log, notify

logger = logging.getLogger(__name__)
#: What is done with the module `once`; returns addresses whose connections are to be forgotten.
Work = Callable[[ModuleType], frozenset[IPv4Address] | None]
#: Seconds that a script waits for an agent that starts, for its answer, or for its turn; Xen's tools wait 40.
_DEADLINE = 30.0
_TRY_AGAIN = 0.05
#: The priority of a script whose turn it is; the highest is -20.
_HURRY = -15
#: What it ends with where it must not run: sysexits.h, by which systemd knows that starting it again is in vain.
EX_CONFIG = 78


def _bus() -> Any | None:
    """The netvm's system bus, None where there is none."""
    import dbus
    from dbus.mainloop.glib import DBusGMainLoop

    DBusGMainLoop(set_as_default=True)
    try:
        return dbus.SystemBus()
    except dbus.DBusException as error:
        logger.warning("there is no system bus: %s", error.get_dbus_message())
        return None


@contextmanager
def _locked(wait: bool) -> Iterator[bool]:
    """Hold the lock; without `wait`, yields False at once when somebody else holds it."""
    fd = hotplug.lock()
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(fd)


def _hurry(once: ModuleType, do_it: Work) -> frozenset[IPv4Address] | None:
    """Do it before others, as who holds the lock should: all who wait for it want the processor, too."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _HURRY)
    try:
        return do_it(once)
    finally:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, before)


def _must_have_store() -> None:
    from qnet_gui.store.transport import default_path

    try:
        default_path()
    except StoreGone as error:
        raise Refused(AgentCode.NO_NETVM_HERE, why=error.message) from error


def _must_be_netvm() -> None:
    """Refuse where there is nothing to route or to block: without a xenstore, and in a dom0 that is not the netvm.

    What tells a dom0 that is meant to be the netvm from all others is its configuration, where `qnet netvm set` keeps
    the choice. One that cannot be read chooses nobody.
    """
    from qnet_gui.hypervisor.which_domain import in_dom0

    _must_have_store()
    if in_dom0() and (netvm := config.load().netvm) not in DOM0_NAMES:
        raise Refused(AgentCode.DOM0_NOT_CHOSEN, netvm=netvm)


def serve() -> int:
    """Be the agent until SIGTERM."""
    _must_be_netvm()
    from gi.repository import GLib

    from qnet_gui.kernel.netlink import Netlink
    from qnet_gui.kernel.nft import Nft
    from qnet_gui.netvm import once
    from qnet_gui.netvm.agent import Agent
    from qnet_gui.netvm.packet_filter import base_setup
    from qnet_gui.runtime.mainloop import after
    from qnet_gui.store.client import Store

    with _locked(wait=True):
        nft, netlink = Nft(), Netlink()
        with Store() as store:
            first = once.read_addresses(store)
        settings = once.load_config()
        base_setup.apply(nft, netlink, first, config=settings)
        loop = GLib.MainLoop()
        for number in (signal.SIGTERM, signal.SIGINT):
            GLib.unix_signal_add(GLib.PRIORITY_HIGH, number, loop.quit)
        notify.ready()  # before anything that may wait: cards come up when it is told
        agent = Agent(_bus(), nft, netlink, first, settings)
        agent.start()
        notify.keep_telling(after)
        logger.info("started")
        loop.run()
        agent.stop()
        logger.info("stopped; everything stays as it is")
    return 0


def ask_agent(line: str) -> str | None:
    """Send one line to the agent and return its answer; None when no agent listens."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(_DEADLINE)
        try:
            sock.connect(str(hotplug.SOCKET))
            sock.sendall(line.encode() + b"\n")
            answer = sock.recv(256)
        except TimeoutError:
            raise NoAnswer(AgentCode.LOCAL_AGENT_SILENT) from None
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ECONNREFUSED, errno.ECONNRESET, errno.EPIPE, errno.EAGAIN):
                return None
            raise QnetError(AgentCode.LOCAL_AGENT_NOT_ASKED, why=error.strerror or "") from error
    return answer.decode("ascii", "replace").strip() or None


def _through_agent_or(
    line: str,
    do_it: Work,
    prepare: Callable[[ModuleType], None] = lambda _: None,
) -> int:
    """Let the agent do it; where none runs, do it here with the module `once`, one process at a time.

    `prepare` is what may be waited for before it is this one's turn; the connections of the addresses that `do_it`
    returns are forgotten when it is the next one's.
    """
    until = time.monotonic() + _DEADLINE
    once: ModuleType | None = None
    while time.monotonic() < until:
        answer = ask_agent(line)
        if answer is not None:
            word, _, sentence = answer.partition(" ")
            if word != "ok":
                message = from_parts(sentence)
                raise NotFound(message) if word == "gone" else QnetError(message)
            return 0
        _must_be_netvm()
        if once is None:  # before the lock is held, since it takes a quarter of a second
            once = importlib.import_module("qnet_gui.netvm.once")
            prepare(once)
        with _locked(wait=False) as free:
            free_addresses = _hurry(once, do_it) if free else None
        if free:
            if free_addresses:
                once.forget(free_addresses)
            return 0
        time.sleep(_TRY_AGAIN)  # an agent starts, or another script is at work
    raise NoAnswer(AgentCode.LOCAL_AGENT_DEAF)


def run_undo() -> int:
    """Take away what the agent has set, unless it runs."""
    from qnet_gui.kernel.netlink import Netlink
    from qnet_gui.kernel.nft import Nft
    from qnet_gui.netvm.undo import undo

    with _locked(wait=False) as free:
        if not free:
            raise Refused(AgentCode.AGENT_STILL_RUNS)
        lines = undo(Nft(), Netlink())
    print("\n".join(lines) or "There is nothing that qnet-agent has set.")
    return 0


def run_hotplug(verb: str) -> int:
    """What `vif-route-qubes` is called for, its words from the environment: vif, XENBUS_PATH."""
    from qnet_gui.model.vif import VifId

    if verb not in ("online", "offline", "add", "remove"):
        raise BadInput(AgentCode.HOTPLUG_VERB, value=shown(verb))
    if verb in ("add", "remove"):  # for HVM's tap devices; a vif's own are online and offline
        return 0
    path, name = os.environ.get("XENBUS_PATH", ""), os.environ.get("vif", "")
    vif = VifId.from_path(path)
    if name and VifId.from_name(name) != vif:
        raise BadInput(AgentCode.NOT_THE_VIF_OF, value=shown(name), path=shown(path))

    def prepare(once: ModuleType) -> None:
        if verb == "online":
            once.wait_for_address(vif)

    return _through_agent_or(f"{verb} {path} {name}", lambda once: once.hotplug(verb, vif), prepare)


def run_dns() -> int:
    """What `qubes_setup_dnat_to_ns` is called for: redirect to the servers of this moment."""
    return _through_agent_or("dns", lambda once: once.redirect(_bus()))


def run_stopped() -> int:
    """What the service's stop hook is; an agent that has never reported has nothing to take back."""
    _must_have_store()
    from qnet_gui.hypervisor.which_domain import in_dom0
    from qnet_gui.netvm import once

    if in_dom0() and not once.has_reported():
        _must_be_netvm()

    once.stopped()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qnet-agent",
        description="Routes the vifs of this network driver domain, keeps domains from spoofing, redirects their DNS "
        "queries to the name servers of the uplink. Without a command it is the service.",
    )
    parser.add_argument("--version", action="version", version=f"qnet {__version__}")
    parser.add_argument("--debug", action="store_true", help="log more")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    one = commands.add_parser("hotplug", help="what Xen's hotplug script does (vif and XENBUS_PATH in the environment)")
    one.add_argument("verb", metavar="online|offline|add|remove")
    one.add_argument("rest", nargs="*", help=argparse.SUPPRESS)  # type_if=vif, by which Xen tells vif from tap
    commands.add_parser("dns", help="redirect DNS to the present name servers now")
    commands.add_parser("stopped", help="tell dom0 that the agent has stopped (for the service's stop hook)")
    commands.add_parser("undo", help="take away all that the agent has set, when it does not run")
    return parser


def _for_root(error: PermissionError) -> KernelError:
    return KernelError(SystemCode.FOR_ROOT, why=printable(str(error), 200))


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point; the exit status is 0, or with a sentence on stderr 1, and 78 in a dom0 that is not the netvm."""
    options = _parser().parse_args(arguments)
    log.setup("qnet-agent", options.debug)
    try:
        if options.command == "hotplug":
            return run_hotplug(options.verb)
        return {"dns": run_dns, "stopped": run_stopped, "undo": run_undo, None: serve}[options.command]()
    except NotFound as error:  # a vif that went while its script was under way
        logger.info("%s", error)
        return 1
    except (QnetError, PermissionError) as error:
        told = error if isinstance(error, QnetError) else _for_root(error)
        logger.error("%s", told)
        return EX_CONFIG if told.message.code is AgentCode.DOM0_NOT_CHOSEN else 1


if __name__ == "__main__":
    sys.exit(main())
