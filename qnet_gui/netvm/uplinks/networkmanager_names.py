"""What NetworkManager's D-Bus objects say of name servers. Pure.

Source of names: NetworkManager's D-Bus API (DnsManager, GlobalDnsConfiguration, DHCP4Config). Whoever comes first is
chosen before anything is filtered: a choice of which nothing can be used stays one, and no other takes its place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.model.dns import is_asked_otherwise, name_server
from qnet_gui.netvm.uplinks.networkmanager_objects import (
    MANAGER_PATH,
    NM,
    Objects,
    Properties,
    is_up,
    properties,
)

_DNS_MANAGER = f"{MANAGER_PATH}/DnsManager"


def _ipv4_only(texts: object) -> tuple[IPv4Address, ...]:
    """IPv6 servers are left out, since domains have IPv4 only."""
    listed = texts if isinstance(texts, list | tuple) else ()
    return tuple(dict.fromkeys(address for text in listed if (address := name_server(text))))


def _serves_the_world(domains: object) -> bool:
    """Whether what is asked for these domains is asked for others too: not where all of them are routing domains."""
    texts = [str(domain) for domain in domains] if isinstance(domains, list | tuple) else []
    return not texts or any(not text.startswith("~") or text in ("~", "~.") for text in texts)


def _priority(entry: Properties) -> int:
    priority = entry.get("priority")
    return int(priority) if isinstance(priority, int) else 0


def _configuration(objects: Objects) -> list[Properties]:
    """The entries that NetworkManager would put into resolv.conf, in its order."""
    entries = properties(objects, _DNS_MANAGER, "DnsManager").get("Configuration", ())
    named = (entry for entry in entries if isinstance(entry, Mapping) and entry.get("nameservers"))
    return [entry for entry in named if not str(entry.get("interface", "")).startswith("vif")]


def _texts_of(entries: Iterable[Properties]) -> list[object]:
    lists = (entry["nameservers"] for entry in entries)
    return [text for texts in lists if isinstance(texts, list | tuple) for text in texts]


def _global_texts(objects: Objects) -> list[object] | None:
    manager: Mapping[str, Any] = objects.get(MANAGER_PATH, {}).get(NM, {})
    configured = manager.get("GlobalDnsConfiguration")
    domains = configured.get("domains") if isinstance(configured, Mapping) else None
    everything = domains.get("*") if isinstance(domains, Mapping) else None
    if isinstance(everything, Mapping) and everything.get("servers"):
        return list(everything["servers"])
    entries = [entry for entry in _configuration(objects) if not entry.get("interface") and not entry.get("domains")]
    return _texts_of(entries) if entries else None


def global_servers(objects: Objects) -> tuple[IPv4Address, ...] | None:
    """Those of its global configuration, which wins alone over every connection's; None where there is none."""
    texts = _global_texts(objects)
    return _ipv4_only(texts) if texts is not None else None


def servers(objects: Objects, way_out: str = "") -> tuple[IPv4Address, ...]:
    """The name servers to use, best first; `way_out`: the link that packets leave by.

    Its global ones win alone. Else a VPN's do, and so do those of connections with the lowest priority below zero, as
    NetworkManager means it: asking others beside them would leak around it. Of several connections with one priority
    the way out's come first: it keeps the order in which they came up, whatever has become the way out since.
    """
    return _ipv4_only(_chosen(objects, way_out))


def asks_otherwise(objects: Objects, way_out: str = "") -> bool:
    """Whether any of those whom it has chosen is to be asked otherwise than a domain can."""
    return any(map(is_asked_otherwise, _chosen(objects, way_out)))


def _chosen(objects: Objects, way_out: str) -> list[object]:
    """The servers to use, as it writes them."""
    alone = _global_texts(objects)
    if alone is not None:
        return alone
    entries = [entry for entry in _configuration(objects) if entry.get("interface")
               and _serves_the_world(entry.get("domains", ()))]  # fmt: skip
    lowest = min(map(_priority, entries), default=0)
    if lowest < 0:
        entries = [entry for entry in entries if _priority(entry) == lowest]
    elif any(entry.get("vpn") for entry in entries):
        entries = [entry for entry in entries if entry.get("vpn")]
    entries.sort(key=lambda entry: (_priority(entry), entry["interface"] != way_out))
    return _texts_of(entries)


def leaves_names_alone(objects: Objects) -> bool:
    """Whether it is told to leave resolv.conf to others (`dns=none`, `rc-manager=unmanaged`)."""
    manager = properties(objects, _DNS_MANAGER, "DnsManager")
    mode = manager.get("Mode")
    return mode == "none" or (mode == "default" and manager.get("RcManager") == "unmanaged")


def none_in_force(objects: Objects) -> bool:
    """Whether no servers at all are in use."""
    return not _configuration(objects)


def lost_servers(objects: Objects, in_settings: Collection[IPv4Address] = ()) -> bool:
    """Whether a connection that is up was given servers, by its lease or its settings, and none at all is in use.

    Version 1.42 does so now and then after quick changes of a device's settings, until the next change: lease and
    settings are there, and the lists of servers that follow from them stay empty. `in_settings`: those that settings
    have, which the objects do not tell.
    """
    leased = (any(_given_servers(objects, path)) for path in objects if is_up(objects, path))
    return none_in_force(objects) and (bool(in_settings) or any(leased))


def _given_servers(objects: Objects, path: str) -> Iterator[IPv4Address]:
    device = properties(objects, path, "Device")
    options = properties(objects, device.get("Dhcp4Config"), "DHCP4Config").get("Options")
    texts = options.get("domain_name_servers") if isinstance(options, Mapping) else None
    yield from _ipv4_only(texts.split() if isinstance(texts, str) else ())
