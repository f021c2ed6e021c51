"""The agent's report, field by field: nothing that the netvm wrote is believed to be of its form. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address

from qnet_gui.dom0.observe.inputs import Nodes
from qnet_gui.model.dns import DnsRedirect
from qnet_gui.model.domain import AgentState
from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.parse import number
from qnet_gui.model.problem import AGENT_CODES
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.store import keys
from qnet_gui.store.keys import Key


class Fields:
    """The nodes of one untrusted domain, field by field."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self.dropped: list[str] = []

    def text(self, key: Key, *index: int) -> str:
        """A value of its key's form; empty when it is missing or dropped."""
        inputs = self._nodes.get(key.at(*index))
        if inputs is None:
            return ""
        try:
            return key.check(inputs)
        except BadInput:
            self.dropped.append(key.at(*index))
            return ""

    def number(self, key: Key, *index: int, high: int) -> int:
        """A number from 0 to `high`."""
        text = self.text(key, *index)
        try:
            return number(text, 0, high) if text else 0
        except BadInput:
            self.dropped.append(key.at(*index))
            return 0

    def addresses(self, key: Key, *index: int, separator: str = " ") -> list[IPv4Address]:
        """All addresses of a value, none at all when one of them is off."""
        text = self.text(key, *index)
        try:
            return [IPv4Address(each) for each in text.replace(separator, " ").split()]
        except ValueError:
            self.dropped.append(key.at(*index))
            return []

    def address(self, key: Key, *index: int) -> IPv4Address | None:
        """The one address of a value."""
        return next(iter(self.addresses(key, *index)), None)


def _uplink(fields: Fields, index: int) -> Uplink | None:
    name = fields.text(keys.UPLINK_NAME, index)
    if not name:
        fields.dropped.append(keys.UPLINK_NAME.at(index))
        return None
    return Uplink(
        name=name,
        kind=UplinkKind(fields.text(keys.UPLINK_KIND, index) or "other"),
        state=UplinkState(fields.text(keys.UPLINK_STATE, index) or "down"),
        primary=fields.text(keys.UPLINK_PRIMARY, index) == "1",
        address=fields.address(keys.UPLINK_ADDRESS, index),
        gateway=fields.address(keys.UPLINK_GATEWAY, index),
        servers=tuple(fields.addresses(keys.UPLINK_SERVERS, index)),
        ssid=fields.text(keys.UPLINK_SSID, index),
        strength=fields.number(keys.UPLINK_STRENGTH, index, high=100),
        connection=fields.text(keys.UPLINK_CONNECTION, index),
    )


def uplinks(fields: Fields) -> tuple[Uplink, ...]:
    """The uplinks, the one with the default route first, each name once."""
    count = fields.number(keys.UPLINK_COUNT, high=keys.UPLINKS)
    found: dict[str, Uplink] = {}
    for index in range(count):
        if uplink := _uplink(fields, index):
            found.setdefault(uplink.name, uplink)
    return tuple(sorted(found.values(), key=lambda each: (not each.primary, each.name)))


def redirects(fields: Fields) -> tuple[DnsRedirect, ...]:
    """The redirections in force."""
    pairs = fields.addresses(keys.DNS_REDIRECTS, separator=">")
    return tuple(DnsRedirect(virtual, real) for virtual, real in zip(pairs[::2], pairs[1::2], strict=True))


def agent_state(nodes: Nodes) -> AgentState:
    """What the agent last said of itself."""
    return AgentState(Fields(nodes).text(keys.AGENT_STATE) or "unknown")


def problem_codes(fields: Fields) -> list[ProblemCode]:
    """The problems that it has, as far as an agent may have them."""
    words, known = fields.text(keys.AGENT_PROBLEMS).split(), {code.value: code for code in AGENT_CODES}
    if any(word not in known for word in words):
        fields.dropped.append(keys.AGENT_PROBLEMS.at())
    return [known[word] for word in words if word in known]
