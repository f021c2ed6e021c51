"""The provisioner as the main loop sees it: jobs for the store's thread, and the addresses that came of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address

from qnet_gui.dom0.attach.provisioning import Provisioner, uplink_mtu
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.errors import QnetError, StoreGone
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)

#: Gets an address or why there is none, on the main loop.
AddressDone = Callable[[IPv4Address | QnetError], None]


class Addresses:
    """`changed` is called when `given` has changed."""

    def __init__(self, store: StoreWorker, provisioner: Provisioner, changed: Callable[[], None]) -> None:
        self._store = store
        self._provisioner = provisioner
        self._changed = changed
        #: Addresses that qnet itself gave, by domain id.
        self.given: Mapping[int, IPv4Address] = {}
        self._mtu = 0

    def provision(self, inputs: Inputs, vifs: bool) -> None:
        """Have everybody told his network, where it may be another: the vifs are, or the MTU of the uplink is."""
        mtu = uplink_mtu(inputs) or self._mtu
        if not vifs and mtu == self._mtu:
            return
        self._mtu = mtu
        self._store.submit(lambda store: self._provisioner.provision(store, inputs), self._provisioned)

    def _provisioned(self, result: Mapping[int, IPv4Address] | QnetError) -> None:
        if isinstance(result, StoreGone):
            return  # known, and done again when xenstore is back
        if isinstance(result, QnetError):
            log.error("domains cannot be told their network: %s", result)
        elif dict(result) != self.given:
            self.given = dict(result)
            self._changed()

    def for_domain(self, inputs: Inputs, info: DomainInfo, wished: IPv4Address | None, done: AddressDone) -> None:
        """An address for a domain that is to get a vif; see `Provisioner.address_for`."""
        self._store.submit(lambda _: self._provisioner.address_for(inputs, info, wished), done)

    def for_dom0(self, inputs: Inputs, done: AddressDone) -> None:
        """dom0's own address; see `Provisioner.dom0_address`."""
        self._store.submit(lambda _: self._provisioner.dom0_address(inputs), done)
