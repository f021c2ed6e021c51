"""How values stand in xenstore's nodes: printable ASCII, a pattern, a limit, both ways between text and value. Pure."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Generic, TypeVar

from qnet_gui.model.dns import DnsRedirect
from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.parse import IFNAME, ipv4, ipv4_network, number, plain_ifname, printable, shown, text_of

T = TypeVar("T")
E = TypeVar("E", bound=enum.Enum)

#: No value that a guest writes is longer, in bytes; one of 2,000 always fits.
VALUE_LIMIT = 2048
#: How many addresses or redirections one node holds.
_MOST = 8
_IP = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """One form. `hint`: the type that it stands for, as a dataclass names it. `limit`: characters."""

    hint: Any
    pattern: re.Pattern[str]
    limit: int
    text: Callable[[T], str]
    value: Callable[[str], T]

    def check(self, untrusted_value: bytes | str) -> str:
        """The text, if it is within the limit and matches the pattern; else `BadInput`."""
        text = text_of(untrusted_value, self.limit)
        if not self.pattern.fullmatch(text):
            raise BadInput(ValueCode.NOT_VALID, value=shown(text))
        return text

    def parse(self, untrusted_value: bytes | str) -> T:
        """The value of what somebody wrote; `BadInput` when it is of another form."""
        return self.value(self.check(untrusted_value))


def word(pattern: str, limit: int) -> Form[str]:
    """A text of a pattern."""
    return Form(str, re.compile(pattern), limit, str, str)


def text(limit: int) -> Form[str]:
    """A text for people; what is not printable ASCII is substituted when it is written."""
    return Form(str, re.compile(r"[ -~]*"), limit, lambda value: printable(value, limit), str)


#: The name of a network interface.
INTERFACE = Form(str, re.compile(IFNAME), 15, plain_ifname, str)


def words(pattern: str, most: int, limit: int) -> Form[tuple[str, ...]]:
    """Words of a pattern with blanks between them, `most` at most, or none."""
    whole = re.compile(rf"(?:{pattern}(?: {pattern}){{0,{most - 1}}})?")
    return Form(tuple[str, ...], whole, limit, " ".join, lambda text: tuple(text.split()))


def count(high: int) -> Form[int]:
    """A number from 0 to `high`; a higher one is written as `high`."""
    digits = len(str(high))
    return Form(
        int, re.compile(rf"[0-9]{{1,{digits}}}"), digits, lambda value: str(min(value, high)),
        lambda text: number(text, 0, high),
    )  # fmt: skip


def one_of(kind: type[E], *members: E) -> Form[E]:
    """The value of one member of an enum: of any, when none are named."""
    values = [member.value for member in members or kind]
    pattern = re.compile("|".join(map(re.escape, values)))
    return Form(kind, pattern, max(map(len, values)), lambda value: str(value.value), kind)


def _plain(address: IPv4Address | None) -> str:
    """An address that whoever reads it takes, empty for another: the kernel lets links and routers have any."""
    try:
        return str(ipv4(str(address)))
    except BadInput:
        return ""


def _redirects(text: str) -> tuple[DnsRedirect, ...]:
    pairs = [pair.split(">") for pair in text.split()]
    return tuple(DnsRedirect(ipv4(virtual), ipv4(real)) for virtual, real in pairs)


FLAG = Form(bool, re.compile("[01]"), 1, lambda value: str(int(value)), lambda text: text == "1")
ADDRESS = Form(IPv4Address, re.compile(_IP), 15, str, ipv4)
NETWORK = Form(IPv4Network, re.compile(rf"{_IP}/[0-9]{{1,2}}"), 18, str, ipv4_network)
#: An empty text stands for none, and for one that no host may have.
ADDRESS_OR_NONE: Form[IPv4Address | None] = Form(
    IPv4Address | None, re.compile(rf"(?:{_IP})?"), 15,
    _plain, lambda text: ipv4(text) if text else None,
)  # fmt: skip
#: The first ones that hosts may have, when there are more.
ADDRESSES: Form[tuple[IPv4Address, ...]] = Form(
    tuple[IPv4Address, ...], re.compile(rf"(?:{_IP}(?: {_IP}){{0,{_MOST - 1}}})?"), 16 * _MOST - 1,
    lambda value: " ".join(list(filter(None, map(_plain, value)))[:_MOST]),
    lambda text: tuple(map(ipv4, text.split())),
)  # fmt: skip
REDIRECTS: Form[tuple[DnsRedirect, ...]] = Form(
    tuple[DnsRedirect, ...], re.compile(rf"(?:{_IP}>{_IP}(?: {_IP}>{_IP}){{0,{_MOST - 1}}})?"), 32 * _MOST - 1,
    lambda value: " ".join(f"{redirect.virtual}>{redirect.real}" for redirect in value[:_MOST]), _redirects,
)  # fmt: skip
