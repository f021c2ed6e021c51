"""Every xenstore key that qnet owns: where it is, who may write it, its pattern and its limit. Pure.

Two trees, one direction each:

* `qnet/…` under a domain's home is made by dom0; only dom0 may write it, the domain may read it.
* `data/qnet/…` under a domain's home is made by the domain itself; dom0 reads it and trusts none of it.

One node a field, printable ASCII, so that a parser is a regular expression. Source of the limits: xenstored refuses a
guest's node above 2,048 bytes, of which some 40 are its permissions, and stops a guest after a few hundred nodes.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.parse import shown, text_of

#: No value that a guest writes is longer, in bytes; one of 2,000 always fits.
VALUE_LIMIT = 2048
#: How many uplinks a netvm may report; further ones are ignored.
UPLINKS = 16
#: How many pieces a list or an answer may have.
PIECES = 100


class Writer(enum.Enum):
    """Who may write a key."""

    DOM0 = "dom0"
    DOMAIN = "the domain itself"


@dataclass(frozen=True, slots=True)
class Key:
    """A key relative to a domain's home; `{}` in the path stands for an index or a name."""

    path: str
    writer: Writer
    pattern: re.Pattern[str]
    limit: int

    def at(self, *index: int | str) -> str:
        """The path with its index filled in, relative to the domain's home."""
        return self.path.format(*index)

    def under(self, domid: int, *index: int | str) -> str:
        """The absolute path for a domain."""
        return f"/local/domain/{domid}/{self.at(*index)}"

    def check(self, raw: bytes | str) -> str:
        """The value as text if it is within the limit and matches the pattern; else `BadInput`."""
        text = text_of(raw, self.limit)
        if not self.pattern.fullmatch(text):
            raise BadInput(ValueCode.NOT_VALID, path=self.path, value=shown(text))
        return text


def _dom0(path: str, pattern: str, limit: int) -> Key:
    return Key("qnet/" + path, Writer.DOM0, re.compile(pattern), limit)


def _domain(path: str, pattern: str, limit: int) -> Key:
    return Key("data/qnet/" + path, Writer.DOMAIN, re.compile(pattern), limit)


_IP = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_IPS = rf"(?:{_IP}(?: {_IP}){{0,7}})?"
_TEXT = r"[ -~]*"

HOME_DOM0 = "qnet"
HOME_DOMAIN = "data/qnet"

# dom0 -> domain: what its network is to be
ADDRESS = _dom0("address", _IP, 15)
GATEWAY = _dom0("gateway", _IP, 15)
DNS1 = _dom0("dns1", _IP, 15)
DNS2 = _dom0("dns2", _IP, 15)
# dom0 -> dom0: the name of the netvm that serves it, for when that has died; the domain may not read it
SERVED_BY = _dom0("netvm", r"[A-Za-z0-9_][A-Za-z0-9_.+\-]{0,62}", 63)
# dom0 -> netvm: a request, "<serial> <verb>"
REQUEST = _dom0("request", r"[1-9][0-9]{0,9} [a-z]{1,16}", 32)

# netvm -> dom0: the agent's health and picture. The serial is written last, so a change of it means: read again
AGENT_STATE = _domain("agent/state", r"running|stopped", 16)
AGENT_PROBLEMS = _domain("agent/problems", r"(?:[a-z0-9-]+(?: [a-z0-9-]+){0,9})?", 256)
AGENT_SERIAL = _domain("agent/serial", r"[0-9]{1,10}", 10)
UPLINK_COUNT = _domain("uplinks", r"[0-9]{1,2}", 2)
UPLINK_NAME = _domain("uplink/{}/name", r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,14}", 15)
UPLINK_KIND = _domain("uplink/{}/kind", r"cable|wifi|vpn|mobile|other", 8)
UPLINK_STATE = _domain("uplink/{}/state", r"down|connecting|up", 10)
UPLINK_PRIMARY = _domain("uplink/{}/primary", r"[01]", 1)
UPLINK_ADDRESS = _domain("uplink/{}/address", rf"(?:{_IP})?", 15)
UPLINK_GATEWAY = _domain("uplink/{}/gateway", rf"(?:{_IP})?", 15)
UPLINK_SERVERS = _domain("uplink/{}/servers", _IPS, 127)
UPLINK_SSID = _domain("uplink/{}/ssid", _TEXT, 64)
UPLINK_STRENGTH = _domain("uplink/{}/strength", r"[0-9]{1,3}", 3)
UPLINK_CONNECTION = _domain("uplink/{}/connection", _TEXT, 64)
DNS_SOURCE = _domain("dns/source", r"networkmanager|resolved|resolv\.conf|none", 16)
DNS_REDIRECTS = _domain("dns/redirects", rf"(?:{_IP}>{_IP}(?: {_IP}>{_IP}){{0,7}})?", 255)
# the vifs served, "4.0 5.0 …", in pieces
VIF_PIECES = _domain("vifs", r"[0-9]{1,3}", 3)
VIF_PIECE = _domain("vif/{}", r"(?:[0-9]{1,5}\.[0-9]{1,4}(?: [0-9]{1,5}\.[0-9]{1,4})*)?", VALUE_LIMIT)
# an answer to REQUEST: pieces first, then the head "<serial> <ok|error> <pieces>"
ANSWER_HEAD = _domain("answer/head", r"[1-9][0-9]{0,9} (?:ok|error) [0-9]{1,3}", 24)
ANSWER_PIECE = _domain("answer/{}", r"[ -~]*", VALUE_LIMIT)

# AppVM -> dom0: what qnet-guest set
GUEST_ADDRESS = _domain("guest/address", rf"(?:{_IP})?", 15)
GUEST_ROUTE = _domain("guest/route", r"(?:[ -~]{1,128})?", 128)
GUEST_SERVERS = _domain("guest/servers", _IPS, 127)

ALL: tuple[Key, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Key))


def pieces(lines: Sequence[str], separator: str = ";", limit: int = 2000) -> list[str]:
    """Join short lines into values of at most `limit` characters; no line is cut, so each must be below the limit."""
    joined: list[str] = []
    for line in lines:
        if joined and len(joined[-1]) + len(separator) + len(line) <= limit:
            joined[-1] += separator + line
        else:
            joined.append(line)
    return joined
