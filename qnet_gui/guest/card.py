"""The network card that dom0 gave this domain, whatever it is called here. Reads sysfs, and one file of /run.

The kernel calls Xen's card eth0 and udev enX0, which may come late; an administrator may call it anything. So its name
is looked up whenever it is needed: by the device that xenstore calls vif 0, by its MAC where there is no such device.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import ifname
from qnet_gui.runtime.atomic_file import write_atomically
from qnet_gui.store.client import Store

_LINKS = Path("/sys/class/net")
_DEVICE = Path("/sys/bus/xen/devices/vif-0/net")
#: The MAC of the card that was set up last: when dom0 has taken the vif, xenstore does not tell it any more.
RECORD = Path("/run/qnet-guest/mac")


def _names(folder: Path) -> list[str]:
    with suppress(OSError):
        return sorted(path.name for path in folder.iterdir())
    return []


def _has_mac(link: Path, mac: str) -> bool:
    """Whether it is the card with this MAC, and not a bridge, a bond or a VLAN above it, which have it too."""
    try:
        return (link / "address").read_text().strip() == mac and not any(link.glob("lower_*"))
    except OSError:
        return False


def find(mac: str) -> str | None:
    """The card's name at this moment, None while there is no card."""
    with_mac = [name for name in _names(_LINKS) if mac and _has_mac(_LINKS / name, mac)]
    for name in _names(_DEVICE) or with_mac:
        with suppress(BadInput):
            return ifname(name)
    return None


def own_mac(store: Store) -> str:
    """The MAC that dom0 gave the vif, or gave the one that was here before; empty when there was none."""
    told = store.read("device/vif/0/mac")
    if told is not None:
        return told.decode("ascii", "replace").strip().lower()
    with suppress(OSError):
        return RECORD.read_text().strip()
    return ""


def remember(mac: str) -> None:
    """For the time when the vif has gone."""
    write_atomically(RECORD, f"{mac}\n".encode(), durable=False)
