"""Vifs of domains that nobody booted: what a toolstack would write and make, so that many or odd ones can be tried."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import pytest
from waiting import DEADLINE

from qnet_gui.store.client import Store

from .conftest import Lab, running

NETVM_HOME = "/local/domain/1"
SCRIPT = "/etc/xen/scripts/vif-route-qubes"


@pytest.fixture(scope="module", name="lab")
def unrestarted() -> Iterator[Lab]:
    """A lab whose netvm was never restarted, so that it is domain 1, as everything here has it."""
    with running("--uplinks", "2") as lab:
        yield lab


def path(frontend: int | str) -> str:
    """A vif's node in the netvm's home, as dom0 names it."""
    return f"{NETVM_HOME}/backend/vif/{frontend}/0"


def nodes(frontend: int, ip: str | None = None, mac: str | None = None) -> dict[str, str]:
    """The fields that a toolstack writes for a vif."""
    fields = {"frontend-id": str(frontend), "online": "1", "script": SCRIPT, "ip": ip, "mac": mac}
    return {key: value for key, value in fields.items() if value is not None}


def mac(number: int) -> str:
    """A frontend's MAC."""
    return f"00:16:3e:00:{number // 256:02x}:{number % 256:02x}"


def write(lab: Lab, vifs: Mapping[int, Mapping[str, str]]) -> None:
    """Write the nodes as dom0, in one transaction as libxl does, owned by the netvm."""

    def change(store: Store) -> None:
        for frontend, fields in vifs.items():
            store.mkdir(f"{NETVM_HOME}/backend/vif/{frontend}")
            store.set_perms(f"{NETVM_HOME}/backend/vif/{frontend}", ["n1"])
            store.mkdir(path(frontend))
            store.set_perms(path(frontend), ["n1"])
            for key, value in fields.items():
                store.write(f"{path(frontend)}/{key}", value)

    with lab.store("dom0") as store:
        store.atomically(change)


def links(lab: Lab, *frontends: int) -> None:
    """Make the vifs' links in the netvm; the other end stays there too, down."""
    batch = "".join(
        f"link add vif{domid}.0 type veth peer name far{domid}\nlink set far{domid} up\n" for domid in frontends
    )
    lab.exec("netvm", "ip", "-batch", "-", input=batch)


def take(lab: Lab, *frontends: int) -> None:
    """Take links and nodes away, however far they were."""
    for domid in frontends:
        lab.exec("netvm", "ip", "link", "delete", f"vif{domid}.0", check=False)
    lab.exec("dom0", "xenstore-rm", *(f"{NETVM_HOME}/backend/vif/{domid}" for domid in frontends), check=False)


def field(lab: Lab, frontend: int, name: str) -> str:
    """A field of a vif's node, empty where there is none."""
    return lab.exec("dom0", "xenstore-read", f"{path(frontend)}/{name}", check=False).stdout.strip()


def hotplug(lab: Lab, verb: str, frontend: int) -> tuple[int, str]:
    """Run the hotplug script as `xl devd` does; its exit status and what it says."""
    relative = f"backend/vif/{frontend}/0"
    done = lab.exec(
        "netvm", "env", f"vif=vif{frontend}.0", f"XENBUS_PATH={relative}", SCRIPT, verb, "type_if=vif",
        check=False, timeout=DEADLINE,
    )  # fmt: skip
    return done.returncode, done.stderr


def count_served(lab: Lab, domids: Collection[int]) -> int:
    """How many of these domains' first vifs are served, by one look at everything."""
    text = served(lab)
    return sum(f"vif{domid}.0" in text for domid in domids)


def served(lab: Lab) -> str:
    """The anti-spoofing set and the routes, as one text to look into."""
    listed = lab.out("netvm", "nft", "list", "set", "inet", "qnet", "vif_address")
    return (
        listed
        + lab.out("netvm", "ip", "-4", "route", "show", "table", "118")
        + lab.out("netvm", "ip", "neigh", "show", "nud", "permanent")
    )
