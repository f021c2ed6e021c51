"""The sets, maps and counters of the netvm's packet filter, and the numbers in them. Pure.

What depends on a vif is an element, never a rule, so the cost of a packet does not grow with the number of vifs; nor
does that of a vif. That, and that a domain's address may not arrive elsewhere, was learned from Qubes OS: its commits
28b95535 and 74f5fb5a.
"""

from __future__ import annotations

from qnet_gui.model.vif import VifId

TABLE = "qnet"
#: Another table of ours, for what takes a short way past the rules.
FLOW_TABLE = "qnet_flows"
#: And one that counts what others' filters stop.
WATCH_TABLE = "qnet_watch"
#: The families in which there is a table of that name.
FAMILIES = ("inet", "arp")
#: Which address a vif may send from; also what the agent knows by which vifs are served.
VIF_SET = "vif_address"
DOMAIN_SET = "domain_address"
SERVER_MAP = "dns_server"
VIRTUAL_SET = "virtual_dns"
#: The address that domains leave with by a link, where the kernel would take another.
SOURCE_MAP = "way_source"
#: The mark of a vif's connections; and an address with the mark of the one vif that packets to it go to.
MARK_MAP, MARK_SET = "vif_mark", "address_mark"
#: How many connections an address has; and the number that none may exceed, which the elements of that set keep.
CONNECTION_SET, LIMIT_SET = "connections", "connection_limit"
#: Who has just tried to have more than that.
CROWDED_SET = "crowded"
#: Links behind which the netvm itself is the router: a hotspot, a bridge of containers.
INSIDE_SET = "inside_link"
#: Addresses of ours that are a link's own as well, since the uplink's network has the same ones.
LINK_ADDRESS_SET = "link_address"

#: Marks of ours are MARK | (device number << 15) | domain id. A domain id comes again after 32,752 others, so no two
#: incarnations that could be confused have the same. Bits 16 to 23 are zero for a domain's first card: VPN clients
#: (Tailscale, for one) copy marks to packets and have routing rules about those bits.
MARK, MARK_MASK = 0x50000000, 0xF0000000
_DEVID_SHIFT = 15

#: With a size the kernel takes a hash of fixed width, which is found in faster; there are not as many vifs.
_SIZE = "size 8192;"

SETS = f"""
add table inet {TABLE}
add set inet {TABLE} {VIF_SET} {{ type ifname . ipv4_addr; {_SIZE} }}
add set inet {TABLE} {DOMAIN_SET} {{ type ipv4_addr; {_SIZE} }}
add set inet {TABLE} {VIRTUAL_SET} {{ type ipv4_addr; }}
add set inet {TABLE} {INSIDE_SET} {{ type ifname; }}
add map inet {TABLE} {MARK_MAP} {{ type ifname : mark; {_SIZE} }}
add set inet {TABLE} {MARK_SET} {{ type ipv4_addr . mark; {_SIZE} }}
add set inet {TABLE} {CONNECTION_SET} {{ type ipv4_addr; size 65535; flags dynamic; }}
add set inet {TABLE} {CROWDED_SET} {{ type ipv4_addr; size 65535; flags dynamic, timeout; timeout 200ms; }}
add set inet {TABLE} {LIMIT_SET} {{ type mark; }}
add map inet {TABLE} {SOURCE_MAP} {{ type ifname : ipv4_addr; }}
add map inet {TABLE} {SERVER_MAP} {{ type ipv4_addr : ipv4_addr; }}
add counter inet {TABLE} spoofed
add counter inet {TABLE} impersonated
add counter inet {TABLE} between_vifs
add counter inet {TABLE} towards_netvm
add counter inet {TABLE} from_world
add counter inet {TABLE} too_many
add counter inet {TABLE} dns_refused
add table arp {TABLE}
add set arp {TABLE} {VIF_SET} {{ type ifname . ipv4_addr; }}
add set arp {TABLE} {DOMAIN_SET} {{ type ipv4_addr; }}
add set arp {TABLE} {LINK_ADDRESS_SET} {{ type ipv4_addr; }}
add counter arp {TABLE} spoofed
"""


def no_table(family: str, name: str) -> str:
    """Commands after which there is none of that name; to delete one that is not there would be refused."""
    return f"add table {family} {name}\ndelete table {family} {name}"


def mark(vif: VifId) -> int:
    """The mark of a vif's connections, a number of 32 bits."""
    return MARK | vif.devid << _DEVID_SHIFT | vif.frontend
