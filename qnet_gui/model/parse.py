"""Parsers for everything that somebody outside wrote: xenstore values, interface names, texts for people.

Each takes bytes or str, returns a value of a type that can no longer be wrong, or raises `BadInput` with a sentence
that shows the offending input only as a cut repr. Pure; no I/O.
"""

from __future__ import annotations

import ipaddress
import re

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode

#: Longest text of an outsider that is ever shown to a person, in characters.
TEXT_LIMIT = 64
#: Highest domain id that Xen gives to a domain (DOMID_FIRST_RESERVED - 1).
DOMID_MAX = 0x7FEF
#: The visible substitute for what is not printable ASCII.
SUBSTITUTE = "?"
#: What is said of a text that is no number of some kind, and of one that is too small or too large.
NumberCodes = tuple[ValueCode, ValueCode]
NUMBER: NumberCodes = (ValueCode.NOT_A_NUMBER, ValueCode.NUMBER_OUT_OF_RANGE)
_DOMAIN_ID: NumberCodes = (ValueCode.NOT_A_DOMAIN_ID, ValueCode.DOMAIN_ID_OUT_OF_RANGE)

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,9}")
#: What an interface may be called. The kernel refuses only `/`, `:` and blanks; this leaves out beside them what means
#: something in a ruleset or to a widget.
_FIRST, _OTHERS = "A-Za-z0-9_", r"A-Za-z0-9_.#+@=,~!^\-"
IFNAME = f"[{_FIRST}][{_OTHERS}]{{0,14}}"
_IFNAME = re.compile(IFNAME)
_NOT_IN_IFNAME = re.compile(f"^[^{_FIRST}]|[^{_OTHERS}]")
_DOMAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+\-]{0,62}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def shown(value: object) -> str:
    """What an outsider wrote, for a log line or an error: a repr in ASCII, cut to 80 characters."""
    text = ascii(value)
    return text if len(text) <= 80 else text[:77] + "..."


def text_of(untrusted_value: bytes | str, limit: int = 2048) -> str:
    """Strict printable ASCII of at most `limit` characters; anything else is `BadInput`."""
    if isinstance(untrusted_value, bytes):
        try:
            untrusted_value = untrusted_value.decode("ascii")
        except UnicodeDecodeError:
            raise BadInput(ValueCode.NOT_ASCII, value=shown(untrusted_value)) from None
    if len(untrusted_value) > limit:
        raise BadInput(ValueCode.TOO_LONG, value=shown(untrusted_value), high=limit)
    if not all(" " <= char <= "~" for char in untrusted_value):
        raise BadInput(ValueCode.NOT_PRINTABLE, value=shown(untrusted_value))
    return untrusted_value


def printable(untrusted_value: bytes | str, limit: int = TEXT_LIMIT) -> str:
    """Any text reduced to printable ASCII for a person to see: `?` stands for each other character, cut at `limit`."""
    if isinstance(untrusted_value, bytes):
        untrusted_value = untrusted_value[: 4 * limit].decode("utf-8", "replace")
    reduced = "".join(char if " " <= char <= "~" else SUBSTITUTE for char in untrusted_value[: limit + 1])
    return reduced if len(reduced) <= limit else reduced[: limit - 3] + "..."


def _match(pattern: re.Pattern[str], untrusted_value: bytes | str, otherwise: ValueCode, limit: int) -> str:
    text = text_of(untrusted_value, limit)
    if not pattern.fullmatch(text):
        raise BadInput(otherwise, value=shown(text))
    return text


def number(untrusted_value: bytes | str, low: int, high: int, otherwise: NumberCodes = NUMBER) -> int:
    """A decimal integer without sign or leading zero, `low` <= it <= `high`."""
    value = int(_match(_DECIMAL, untrusted_value, otherwise[0], 10))
    if not low <= value <= high:
        raise BadInput(otherwise[1], number=value, low=low, high=high)
    return value


def domid(untrusted_value: bytes | str) -> int:
    """A domain id, 0 for dom0."""
    return number(untrusted_value, 0, DOMID_MAX, _DOMAIN_ID)


def ipv4(untrusted_value: bytes | str) -> ipaddress.IPv4Address:
    """A dotted IPv4 address that a host may have: not multicast, reserved, loopback, unspecified or broadcast."""
    text = text_of(untrusted_value, 15)
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        raise BadInput(ValueCode.NOT_IPV4, value=shown(text)) from None
    if address.is_multicast or address.is_loopback or address.is_unspecified or int(address) >= 0xF0000000:
        raise BadInput(ValueCode.NOT_A_HOST, address=text)
    return address


def ipv4_network(untrusted_value: bytes | str) -> ipaddress.IPv4Network:
    """A network such as 10.137.0.0/16, the bits behind its prefix all zero; `BadInput` for anything else."""
    text = text_of(untrusted_value, 18)
    try:
        if "/" not in text:
            raise ValueError
        return ipaddress.IPv4Network(text)
    except ValueError:
        raise BadInput(ValueCode.NOT_A_NETWORK, value=shown(text)) from None


def addresses(untrusted_value: bytes | str) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses of a vif's `ip`, one at least; `BadInput` for none, or when anything else is among them.

    Toolstacks write all addresses that a card has, with blanks between them, as Xen's own vif-route takes them apart
    (libvirt does, for a dual-stack domain). IPv6 ones are passed over on purpose: domains have IPv4 only.
    """
    plain = tuple(ipv4(text) for text in text_of(untrusted_value, 256).split() if not _is_ipv6(text))
    if not plain:
        raise BadInput(ValueCode.HAS_NO_IPV4, value=shown(untrusted_value))
    return plain


def _is_ipv6(text: str) -> bool:
    if ":" not in text:
        return False
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def mac(untrusted_value: bytes | str) -> str:
    """A unicast MAC address, returned in lower case; capitals are accepted, as Xen's tools accept them."""
    text = _match(_MAC, text_of(untrusted_value, 17).lower(), ValueCode.NOT_A_MAC, 17)
    if int(text[:2], 16) & 1:
        raise BadInput(ValueCode.MULTICAST_MAC, address=text)
    return text


def ifname(untrusted_value: bytes | str) -> str:
    """A network interface name that is safe in a ruleset, a path and a log, of 15 characters at most (`IFNAME`)."""
    text = _match(_IFNAME, untrusted_value, ValueCode.NOT_AN_INTERFACE, 15)
    if text in (".", ".."):
        raise BadInput(ValueCode.NOT_AN_INTERFACE, value=shown(text))
    return text


def plain_ifname(name: str) -> str:
    """The name by which a network interface is told, whatever it is called: `_` stands for what `ifname` refuses."""
    return _NOT_IN_IFNAME.sub("_", name[:15]) or "_"


def domain_name(untrusted_value: bytes | str) -> str:
    """A domain's name as Xen's toolstacks allow it, 63 characters at most."""
    return _match(_DOMAIN_NAME, untrusted_value, ValueCode.NOT_A_DOMAIN_NAME, 63)


def uuid(untrusted_value: bytes | str) -> str:
    """A domain's UUID in lower case with dashes."""
    return _match(_UUID, text_of(untrusted_value, 36).lower(), ValueCode.NOT_A_UUID, 36)
