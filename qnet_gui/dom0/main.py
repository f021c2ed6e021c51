"""qnet-helper: puts the helper together and runs it. Touches the system bus and whatever its parts touch."""

from __future__ import annotations

import argparse
import logging
import signal
from collections.abc import Sequence
from pathlib import Path

import dbus
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

from qnet_gui import __version__
from qnet_gui.dom0.attach.allocator import PATH as ADDRESSES
from qnet_gui.dom0.attach.allocator import Allocator
from qnet_gui.dom0.attach.provisioning import Provisioner
from qnet_gui.dom0.helper import Helper
from qnet_gui.dom0.upgrade.journal import PATH as JOURNAL
from qnet_gui.dom0.upgrade.journal import JournalFile, boot_id
from qnet_gui.dom0.upgrade.resolv_conf import restore
from qnet_gui.dom0.upgrade.step_runner import StepRunner
from qnet_gui.hypervisor.adapter import choose
from qnet_gui.model import config
from qnet_gui.model.errors import HypervisorError, QnetError
from qnet_gui.model.messages.message import Message
from qnet_gui.model.wire.answers import NAME
from qnet_gui.runtime import log as logging_setup
from qnet_gui.runtime import notify
from qnet_gui.runtime.mainloop import after, post
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)
#: Warnings of one kind in a minute; a netvm that says nonsense, or nothing, causes some four kinds of them.
_ALARMS = 3


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="qnet-helper",
        description="The network helper of dom0: tells domains their network, watches netvm, and publishes the state "
        "on the system bus as org.qnet.Helper1. Started by systemd or the bus.",
    )
    parser.add_argument("--config", type=Path, default=config.PATH, metavar="FILE", help=f"default: {config.PATH}")
    parser.add_argument("--addresses", type=Path, default=ADDRESSES, metavar="FILE", help=f"default: {ADDRESSES}")
    parser.add_argument("--journal", type=Path, default=JOURNAL, metavar="FILE", help=f"default: {JOURNAL}")
    parser.add_argument("--debug", action="store_true", help="log everything")
    parser.add_argument("--version", action="version", version=f"qnet-helper {__version__}")
    return parser.parse_args(argv)


def _name_servers_back(journal: JournalFile) -> None:
    """Put resolv.conf back where dom0 was started without Xen since it was connected.

    This Linux has its own network then, and perhaps no other way to mend Xen. The journal stays: all else is put back
    where there are domains.
    """
    left = journal.load()
    if left is not None and left.boot != boot_id():
        restore(left.immutable)


def _another_runs() -> bool:
    """Whether a helper is on the bus; none where there is no bus."""
    try:
        return bool(dbus.SystemBus(private=True).name_has_owner(NAME))
    except dbus.DBusException:
        return False


class _Quiet:
    """`Progress` of who has nobody to tell."""

    cancelled = None

    def begun(self, step: str, what: Message) -> None:
        """See `Progress`."""

    def done(self, step: str, what: Message) -> None:
        """See `Progress`."""

    def failed(self, step: str, why: Message) -> None:
        """See `Progress`."""
        log.error("%s: %s", step, why)

    def undone(self, step: str, what: Message) -> None:
        """See `Progress`."""


def _disconnect(journal: JournalFile) -> None:
    """Put back what a predecessor has left, if anything: this helper cannot start, and neither could another."""
    if not journal.there or _another_runs():
        return
    try:
        log.warning("%s", StepRunner(choose(), journal, lambda _: None).down(_Quiet()))
    except HypervisorError:
        _name_servers_back(journal)
    except QnetError as error:
        log.error("%s", error)


def _run(arguments: argparse.Namespace) -> int:
    journal = JournalFile(arguments.journal)
    try:
        settings = config.load(arguments.config)
    except QnetError:
        _disconnect(journal)
        raise
    try:
        hypervisor = choose()
    except HypervisorError:
        _name_servers_back(journal)
        raise
    DBusGMainLoop(set_as_default=True)
    loop = GLib.MainLoop()
    for number in (signal.SIGTERM, signal.SIGINT):
        GLib.unix_signal_add(GLib.PRIORITY_HIGH, number, loop.quit)
    status = 0

    def bus_lost(_: object) -> None:
        nonlocal status
        log.error("the system bus has gone")
        status = 1
        loop.quit()

    bus = dbus.SystemBus(private=True)
    bus.set_exit_on_disconnect(False)
    bus.call_on_disconnection(bus_lost)
    store = StoreWorker(post, lost=lambda: helper.store_lost())
    provisioner = Provisioner(settings, Allocator(settings, arguments.addresses))
    helper = Helper(bus, store, hypervisor, settings, provisioner, journal, __version__, arguments.config)
    if bus.request_name(NAME, dbus.bus.NAME_FLAG_DO_NOT_QUEUE) != dbus.bus.REQUEST_NAME_REPLY_PRIMARY_OWNER:
        log.error("another qnet-helper runs already")
        return 1
    helper.start()
    notify.keep_telling(after)
    log.info("started, version %s; the netvm is %s", __version__, settings.netvm)
    loop.run()
    helper.stop()
    store.close()
    log.info("stopped")
    return status


def main(argv: Sequence[str] | None = None) -> int:
    """Run until SIGTERM; returns the exit status."""
    arguments = _arguments(argv)
    logging_setup.setup("qnet-helper", arguments.debug, alarms=_ALARMS)
    try:
        return _run(arguments)
    except QnetError as error:
        log.error("%s", error)
    except dbus.DBusException as error:
        log.error("the system bus cannot be used: %s", error.get_dbus_message())
    return 1
