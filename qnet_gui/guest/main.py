"""`qnet-guest`: sets up an AppVM's network as dom0 wants it. One shot, at boot and whenever a vif comes or goes."""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from qnet_gui import __version__
from qnet_gui.guest import card, network_config, setup
from qnet_gui.kernel.netlink import Netlink
from qnet_gui.model.errors import BadInput, NoAnswer, QnetError
from qnet_gui.model.messages.agent import AgentCode
from qnet_gui.runtime import log
from qnet_gui.store.client import Store
from qnet_gui.store.reports import NetworkConfig

logger = logging.getLogger(__name__)
_LOCK = Path("/run/qnet-guest/lock")
#: So often it is begun anew when the card was renamed in the middle: by udev, once, soon after it came.
_TRIES = 3


def run(deadline: float) -> None:
    """Set up the network, or take it away when the domain has no vif; waits up to `deadline` seconds for dom0."""
    netlink = Netlink()
    with Store() as store:
        if not network_config.has_vif(store):
            _remove(store, netlink)
            logger.info("this domain has no vif, so it has no network")
            return

        def ready() -> bool:
            complete = network_config.read(store) is not None and card.find(card.own_mac(store)) is not None
            return complete or not network_config.has_vif(store)

        try:
            complete = network_config.wait(store, ready, deadline)
            wanted = network_config.read(store)
        except BadInput:
            _remove(store, netlink)
            raise
        if not network_config.has_vif(store):
            _remove(store, netlink)
        elif not complete or wanted is None:
            _remove(store, netlink)
            if wanted:
                raise NoAnswer(AgentCode.GUEST_WITHOUT_CARD, seconds=round(deadline))
            raise NoAnswer(AgentCode.GUEST_NOT_TOLD, seconds=round(deadline))
        else:
            _apply(store, netlink, wanted)


def _apply(store: Store, netlink: Netlink, wanted: NetworkConfig) -> None:
    mac = card.own_mac(store)
    card.remember(mac)
    for tried in range(1, _TRIES + 1):
        link = card.find(mac)
        if link is None or not network_config.has_vif(store):
            break  # the vif went while it was set up; for another one this program is started again
        try:
            address, routes = setup.apply(netlink, link, wanted, network_config.own_mtu(store))
        except QnetError:
            if tried == _TRIES or (card.find(mac) == link and network_config.has_vif(store)):
                raise
            continue
        network_config.report(store, address, routes, wanted.servers)
        logger.info("%s is %s", link, address)
        return
    _remove(store, netlink)


def _remove(store: Store, netlink: Netlink) -> None:
    setup.remove(netlink, card.find(card.own_mac(store)))
    network_config.report(store, None, [], ())


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point; the exit status is 0, or 1 with a sentence on stderr."""
    parser = argparse.ArgumentParser(prog="qnet-guest", description="Sets up this domain's network as dom0 wants it.")
    parser.add_argument("--version", action="version", version=f"qnet {__version__}")
    parser.add_argument("--debug", action="store_true", help="log more")
    parser.add_argument(
        "--wait", type=float, default=10.0, metavar="SECONDS", help="how long to wait for dom0's values (default 10)"
    )
    options = parser.parse_args(arguments)
    log.setup("qnet-guest", options.debug)
    try:
        _LOCK.parent.mkdir(mode=0o755, exist_ok=True)
        fd = os.open(_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)  # boot and udev may both start it
        run(options.wait)
    except QnetError as error:
        logger.error("%s", error)
        return 1
    except PermissionError as error:
        logger.error("It must run as root (%s).", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
