"""Domains and the netvm as dom0 sees them. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.model.translation import mark, tr

#: Everybody's name of it, and Xen's.
DOM0_NAMES = ("dom0", "Domain-0")


class DomainState(enum.Enum):
    """What the hypervisor says of a domain."""

    RUNNING = "running"
    PAUSED = "paused"
    DYING = "dying"


class Label(enum.Enum):
    """The colour by which a person knows a domain, as the configuration has it; most have none."""

    NONE = ""
    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    GRAY = "gray"
    BLACK = "black"

    @property
    def word(self) -> str:
        """It, for those who do not see it; empty for none."""
        return tr(_LABEL_WORDS[self]) if self is not Label.NONE else ""


_LABEL_WORDS = {
    Label.RED: mark("red label"),
    Label.ORANGE: mark("orange label"),
    Label.YELLOW: mark("yellow label"),
    Label.GREEN: mark("green label"),
    Label.BLUE: mark("blue label"),
    Label.PURPLE: mark("purple label"),
    Label.GRAY: mark("gray label"),
    Label.BLACK: mark("black label"),
}


class NetvmState(enum.Enum):
    """What dom0 can say of its netvm; STARTING until its agent reports for the first time."""

    ABSENT = "absent"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"


class NetvmVerb(enum.Enum):
    """What can be done to the netvm as a service."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"


class AgentState(enum.Enum):
    """What the agent in the netvm last said of itself."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain other than dom0 and the netvm. `vif` is the backend's name; empty where the domain has none.

    `serves`: it can be the netvm, since an agent has reported from it, or a network card is given to it. An id is of
    one life only and may be another's next, so whoever acts on a domain names its `uuid` beside it.
    """

    name: str
    id: int
    state: DomainState
    address: IPv4Address | None = None
    vif: str = ""
    netvm: str = ""
    serves: bool = False
    uuid: str = ""
    label: Label = Label.NONE


@dataclass(frozen=True, slots=True)
class Netvm:
    """The chosen netvm; `id` is -1 and `uuid` empty while it does not run.

    `screen`: whether this host can show the screen that it has in a window, as long as it runs and has one.
    """

    name: str
    id: int = -1
    state: NetvmState = NetvmState.ABSENT
    agent: AgentState = AgentState.UNKNOWN
    uuid: str = ""
    label: Label = Label.NONE
    screen: bool = False
