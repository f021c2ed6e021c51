"""xenstore keys that qnet owns: where each is, who may write and read it, its form, and what it means. Pure.

Two trees, one direction each:

* `qnet/…` under a domain's home is made by dom0; only dom0 may write it, the domain may read it.
* `data/qnet/…` under a domain's home is made by the domain itself; dom0 reads it and trusts none of it.

One node a field, printable ASCII, so that a parser is a regular expression. Source of the limits: xenstored refuses a
guest's node above 2,048 bytes, of which some 40 are its permissions, and stops a guest after a few hundred nodes. Keys
that make up one report, and all keys together, are in `reports`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from qnet_gui.model.domain import AgentState
from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.vif import VifId
from qnet_gui.store import forms, traffic
from qnet_gui.store.forms import VALUE_LIMIT as VALUE_LIMIT
from qnet_gui.store.forms import Form

T = TypeVar("T")
V = TypeVar("V")

#: How many uplinks a netvm may report; further ones are ignored.
UPLINKS = 16
#: How many pieces a list or an answer may have.
PIECES = 100

HOME_DOM0 = "qnet"
HOME_DOMAIN = "data/qnet"


class Writer(enum.Enum):
    """Who may write a key, and which program does."""

    DOM0 = "dom0 (qnet-helper)"
    DISPLAY = "dom0 (qnet-display)"
    NETVM = "the netvm itself (qnet-agent)"
    DOMAIN = "the domain itself (qnet-guest)"


@dataclass(frozen=True, slots=True)
class Key(Generic[T]):
    """A key relative to a domain's home; `{}` in the path stands for an index. `private`: dom0 alone may read it."""

    path: str
    writer: Writer
    form: Form[T]
    meaning: str
    private: bool = False

    @property
    def limit(self) -> int:
        """Characters of its value at most."""
        return self.form.limit

    def at(self, *index: int | str) -> str:
        """The path with its index filled in, relative to the domain's home."""
        return self.path.format(*index)

    def under(self, domid: int, *index: int | str) -> str:
        """The absolute path for a domain."""
        return f"/local/domain/{domid}/{self.at(*index)}"

    def check(self, untrusted_value: bytes | str) -> str:
        """The value as text if it is within the limit and matches the pattern; else `BadInput`."""
        return self._judged(self.form.check, untrusted_value)

    def parse(self, untrusted_value: bytes | str) -> T:
        """The value; `BadInput` when what is there is of another form."""
        return self._judged(self.form.parse, untrusted_value)

    def _judged(self, judge: Callable[[bytes | str], V], untrusted_value: bytes | str) -> V:
        try:
            return judge(untrusted_value)
        except BadInput as error:
            raise BadInput(ValueCode.KEY_WRONG, key=self.path, why=error.message) from None

    def permissions(self, domid: int) -> tuple[str, ...]:
        """For `Store.set_perms`, of a key that dom0 writes for a domain."""
        return ("n0",) if self.private else ("n0", f"r{domid}")


@dataclass(frozen=True, slots=True)
class Request:
    """What dom0 asks a netvm for; its serial is above that of the last one."""

    serial: int
    verb: str


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """Which request is answered, whether it was done, and how many pieces the answer has."""

    serial: int
    ok: bool
    pieces: int


def _request(text: str) -> Request:
    serial, verb = text.split(" ")
    return Request(int(serial), verb)


def _head(text: str) -> AnswerHead:
    serial, word, pieces = text.split(" ")
    return AnswerHead(int(serial), word == "ok", int(pieces))


_REQUEST = Form(
    Request, re.compile(r"[1-9][0-9]{0,9} [a-z]{1,16}"), 32, lambda value: f"{value.serial} {value.verb}", _request
)
_HEAD = Form(
    AnswerHead, re.compile(r"[1-9][0-9]{0,9} (?:ok|error) [0-9]{1,3}"), 24,
    lambda value: f"{value.serial} {'ok' if value.ok else 'error'} {value.pieces}", _head,
)  # fmt: skip
_VIFS: Form[tuple[VifId, ...]] = Form(
    tuple[VifId, ...], re.compile(r"(?:[0-9]{1,5}\.[0-9]{1,4}(?: [0-9]{1,5}\.[0-9]{1,4})*)?"), VALUE_LIMIT,
    lambda value: " ".join(vif.name.removeprefix("vif") for vif in value),
    lambda text: tuple(VifId.from_name(f"vif{number}") for number in text.split()),
)  # fmt: skip


def dom0(path: str, form: Form[T], meaning: str, private: bool = False) -> Key[T]:
    """A key that dom0 writes into a domain's home."""
    return Key(f"{HOME_DOM0}/{path}", Writer.DOM0, form, meaning, private)


def netvm(path: str, form: Form[T], meaning: str) -> Key[T]:
    """A key that a netvm writes into its own home."""
    return Key(f"{HOME_DOMAIN}/{path}", Writer.NETVM, form, meaning)


def domain(path: str, form: Form[T], meaning: str) -> Key[T]:
    """A key that a domain writes into its own home."""
    return Key(f"{HOME_DOMAIN}/{path}", Writer.DOMAIN, form, meaning)


# dom0 -> domain: what its network is to be
ADDRESS = dom0("address", forms.ADDRESS, "the domain's own address; a netvm has none")
GATEWAY = dom0("gateway", forms.ADDRESS, "the router that domains see; a netvm answers ARP for it")
DNS1 = dom0("dns1", forms.ADDRESS, "the first virtual name server")
DNS2 = dom0("dns2", forms.ADDRESS, "the second virtual name server")
MTU = dom0("mtu", forms.count(65535), "the longest packet that its uplink takes, in bytes; 0 while nobody knows it")
# dom0 -> netvm
POOL = dom0("pool", forms.NETWORK, "where the domains' addresses come from")
# dom0 -> dom0
SERVED_BY = dom0(
    "netvm", forms.word(r"[A-Za-z0-9_][A-Za-z0-9_.+\-]{0,62}", 63),
    "the name of the netvm that serves the domain, for when that has died", private=True,
)  # fmt: skip
# dom0 -> netvm, for a moment
REQUEST = dom0("request", _REQUEST, "what the netvm is asked to do: `SERIAL VERB`")
TRAFFIC_REQUEST = dom0(
    "traffic", traffic.REQUEST,
    "that somebody looks at the traffic: `SERIAL SECONDS`; for so long from when it is read, 0 for no longer",
)  # fmt: skip
# dom0 -> netvm, by whoever is dom0's end of its screen
SCREEN_SEEN: Key[bool] = Key(
    f"{HOME_DOM0}/screen",
    Writer.DISPLAY,
    forms.FLAG,
    "whether somebody looks at its screen, for whom it shows something",
)

# netvm -> dom0: the agent's health and picture
AGENT_STATE = netvm(
    "agent/state", forms.one_of(AgentState, AgentState.RUNNING, AgentState.STOPPED), "whether the agent runs"
)
AGENT_VERSION = netvm("agent/version", forms.word(r"[0-9A-Za-z.+~\-]{0,32}", 32), "of which version of qnet it is")
AGENT_PROBLEMS = netvm("agent/problems", forms.words("[a-z0-9-]+", 10, 256), "codes of the problems that it has")
AGENT_SERIAL = netvm(
    "agent/serial", forms.word("[0-9]{1,10}", 10), "written last, so a change of it means: read the report again"
)
UPLINK_COUNT = netvm("uplinks", forms.count(UPLINKS), "how many uplinks there are")
VIF_PIECES = netvm("vifs", forms.count(PIECES), "in how many pieces the vifs are listed")
VIF_PIECE = netvm("vif/{}", _VIFS, "vifs that are served, as `FRONTEND.DEVID`")
# netvm -> dom0: an answer to REQUEST, the pieces first
ANSWER_HEAD = netvm("answer/head", _HEAD, "which request is answered and how: `SERIAL ok|error PIECES`; written last")
ANSWER_PIECE = netvm("answer/{}", forms.word("[ -~]*", VALUE_LIMIT), "lines of the answer, with `;` between them")
# netvm -> dom0: while it is asked for by TRAFFIC_REQUEST, once a second
TRAFFIC_PIECE = netvm(
    "traffic/{}", traffic.PIECE,
    "how many bytes went through: `MILLISECONDS PIECES;VIFS;UPLINKS`, hexadecimal; the first piece is written last",
)  # fmt: skip

# AppVM -> dom0: what qnet-guest set
GUEST_ADDRESS = domain("guest/address", forms.ADDRESS_OR_NONE, "the address that its card has, empty for none")
GUEST_ROUTE = domain("guest/route", forms.word("[ -~]{0,128}", 128), "its default route, a row of `route -n`")
GUEST_SERVERS = domain("guest/servers", forms.ADDRESSES, "the name servers in its resolv.conf")


def pieces(lines: Sequence[str], separator: str = ";", limit: int = 2000) -> list[str]:
    """Join short lines into values of at most `limit` characters; no line is cut, so each must be below the limit."""
    joined: list[str] = []
    for line in lines:
        if joined and len(joined[-1]) + len(separator) + len(line) <= limit:
            joined[-1] += separator + line
        else:
            joined.append(line)
    return joined
