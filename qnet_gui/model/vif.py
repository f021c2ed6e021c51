"""A vif: one virtual network card of a domain, named after frontend domain id and device number. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.parse import DOMID_MAX, domid, number, shown, text_of
from qnet_gui.model.uplink import MTU_MIN

_NAME = re.compile(r"vif([0-9]{1,5})\.([0-9]{1,4})")
_PATH = re.compile(r"(?:/local/domain/[0-9]{1,5}/)?backend/vif/([0-9]{1,5})/([0-9]{1,4})")
#: The interface group of all vifs, by which the packet filter tells them.
VIF_GROUP = 118
#: Highest device number that is served; Xen's toolstacks number cards from 0.
DEVID_MAX = 1023
#: What libxl takes where the configuration has none: 1492, and what its hotplug script calls the default.
_LIBXL_MTUS = (1492, 1500)


@dataclass(frozen=True, slots=True, order=True)
class VifId:
    """Which vif: `frontend` is the domain id that uses it, `devid` counts that domain's cards from 0."""

    frontend: int
    devid: int

    @property
    def name(self) -> str:
        """The backend's interface name, as netback makes it: `vif4.0`."""
        return f"vif{self.frontend}.{self.devid}"

    @property
    def backend_path(self) -> str:
        """The backend's node, relative to the netvm's xenstore home."""
        return f"backend/vif/{self.frontend}/{self.devid}"

    @property
    def metric(self) -> int:
        """That of the host route to it, no two the same: where an address stands on several vifs, the lowest has it.

        That is the newest domain's, which has the highest id. Of one domain it is the first card, and so before all
        that are second ones: in a domain only the first one is set up.
        """
        return DOMID_MAX + 1 - self.frontend + self.devid * (DOMID_MAX + 1)

    @classmethod
    def _checked(cls, frontend: str, devid: str) -> VifId:
        return cls(
            domid(frontend),
            number(devid, 0, DEVID_MAX, (ValueCode.NOT_A_DEVICE_NUMBER, ValueCode.DEVICE_NUMBER_OUT_OF_RANGE)),
        )

    @classmethod
    def from_name(cls, untrusted_name: bytes | str) -> VifId:
        """Parse `vif4.0`; anything else, `vif-1.0` and `vif04.0` too, is `BadInput`."""
        text = text_of(untrusted_name, 15)
        match = _NAME.fullmatch(text)
        if not match:
            raise BadInput(ValueCode.NOT_A_VIF, value=shown(text))
        return cls._checked(*match.groups())

    @classmethod
    def from_path(cls, untrusted_path: bytes | str) -> VifId:
        """Parse a XENBUS_PATH, relative (`backend/vif/4/0`) or absolute, of exactly the vif's node."""
        text = text_of(untrusted_path, 128)
        match = _PATH.fullmatch(text)
        if not match:
            raise BadInput(ValueCode.NOT_A_VIF_PATH, value=shown(text))
        return cls._checked(*match.groups())


def chosen_mtu(untrusted_mtu: bytes | None) -> int | None:
    """The MTU that somebody chose for a vif (xl's `mtu=`), in bytes; None where it is the one that libxl fills in."""
    try:
        mtu = number(untrusted_mtu or b"", MTU_MIN, 65535)
    except BadInput:
        return None
    return None if mtu in _LIBXL_MTUS else mtu


@dataclass(frozen=True, slots=True)
class Vif:
    """What a vif is to be: its address (IPv4, one) and the MAC of its frontend."""

    id: VifId
    address: IPv4Address
    mac: str

    @property
    def metric(self) -> int:
        """The host route's."""
        return self.id.metric
