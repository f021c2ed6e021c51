"""An upgrade of packages by PackageKit: its packages, how far it is, and what has come of it. Pure.

It is five transactions, one after the other: fetch the lists, look what is newer, look what is installed, have it
worked out, and then, once a person has agreed, do it. `package_signals` leads from what PackageKit says to the next
state.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

#: PackageKit's service, its object, and the interface of a transaction.
NAME = "org.freedesktop.PackageKit"
PATH = "/org/freedesktop/PackageKit"
TRANSACTION = "org.freedesktop.PackageKit.Transaction"
#: What is said of us to each transaction. No `frontend-socket`: a package that asks by it is left half-configured.
HINTS = ("interactive=true", "background=false")
#: Filters and flags, as bits.
ANY, INSTALLED_ONLY, ONLY_TRUSTED, SIMULATED, ONLY_DOWNLOADED = 0, 1 << 2, 1 << 1, 1 << 2, 1 << 3
#: Exits of a transaction.
SUCCESS, FAILED, CANCELLED = 1, 2, 3
#: The same for one that wants to have something asked first: to trust a key, agree to a licence, put a disk in, install
#: what nobody has signed.
ASKS = {4, 5, 7, 8}
#: Codes of errors: this machine is offline; nobody gave the password. Two are ours: PackageKit has gone; it asks.
OFFLINE, NOT_AUTHORISED, GONE, QUESTION = 2, 48, -1, -2
#: Characters of a text of PackageKit's that are kept.
_TEXT_MAX = 4000


class Work(enum.Enum):
    """A transaction of an upgrade, in their order."""

    REFRESH = "refresh"
    LOOK = "look"
    INSTALLED = "installed"
    WORK_OUT = "work-out"
    UPGRADE = "upgrade"


class Stage(enum.Enum):
    """How far the upgrade is as a whole."""

    NONE = "none"
    LOOKING = "looking"
    UP_TO_DATE = "up-to-date"
    READY = "ready"
    DOWNLOADING = "downloading"
    INSTALLING = "installing"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def under_way(self) -> bool:
        """Whether there is something to wait for."""
        return self in (Stage.LOOKING, Stage.DOWNLOADING, Stage.INSTALLING)

    @property
    def went_well(self) -> bool:
        """Whether it is over, and nothing is left to be upgraded."""
        return self in (Stage.DONE, Stage.UP_TO_DATE)


class Kind(enum.Enum):
    """What becomes of a package."""

    UPGRADE = "upgrade"
    INSTALL = "install"
    REMOVE = "remove"


class State(enum.IntEnum):
    """How far a package is; it never goes back."""

    TO_DO = 0
    DOWNLOADING = 1
    DOWNLOADED = 2
    INSTALLING = 3
    DONE = 4


class Restart(enum.IntEnum):
    """What has to be started anew before all of the upgrade is in use."""

    NONE = 0
    SESSION = 1
    SYSTEM = 2


@dataclass(frozen=True, slots=True)
class Package:
    """`id` is PackageKit's: name, version, architecture and origin, with semicolons. `old` is the version that is
    installed, empty where it is not known. `percent` is of this package's download and installation together."""

    id: str
    kind: Kind = Kind.UPGRADE
    summary: str = ""
    security: bool = False
    old: str = ""
    state: State = State.TO_DO
    percent: int = 0

    @property
    def name(self) -> str:
        """What it is called."""
        return self.id.split(";")[0]

    @property
    def version(self) -> str:
        """The one that comes, or goes."""
        return (*self.id.split(";"), "")[1]

    @property
    def key(self) -> tuple[str, str]:
        """By which it is the same in another version: the name and the architecture."""
        return key_of(self.id)


def key_of(untrusted_id: str) -> tuple[str, str]:
    """Name and architecture in an id of PackageKit's."""
    parts = untrusted_id.split(";")
    return parts[0], parts[2] if len(parts) > 2 else ""


@dataclass(frozen=True, slots=True)
class PackageError:
    """PackageKit's code, and its words, which are in the system's language and may be several lines."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Upgrade:
    """`work`: the transaction under way, `next_work`: the one to be begun now; None where there is none.

    `percent` is of the whole upgrade, None while nobody knows. `size`: bytes to be downloaded. `held`: names of
    packages that are newer and are held back. `failed_in`: what `error` has ended. `taken_up`: the transaction was
    begun by somebody before us, or by us before we died. `messages`: what PackageKit said that is worth keeping.
    """

    stage: Stage = Stage.NONE
    work: Work | None = None
    next_work: Work | None = None
    packages: tuple[Package, ...] = ()
    held: tuple[str, ...] = ()
    size: int = 0
    percent: int | None = None
    waits_for_lock: bool = False
    waits_for_password: bool = False
    can_stop: bool = False
    stopping: bool = False
    error: PackageError | None = None
    failed_in: Work | None = None
    messages: tuple[str, ...] = ()
    restart: Restart = Restart.NONE
    taken_up: bool = False
    #: Whether this stage has told a percentage below 100, after which a 100 is a true one.
    counted: bool = False


def clean(untrusted_text: str) -> str:
    """A text of PackageKit's for people: lines, without what is none of a text."""
    kept = "".join(char if char.isprintable() or char == "\n" else " " for char in untrusted_text[:_TEXT_MAX])
    return "\n".join(line.rstrip() for line in kept.splitlines() if line.strip())


@dataclass(frozen=True, slots=True)
class Order:
    """What a new transaction is told to do: a method of its interface, and D-Bus's type and the value of each argument.

    Types are `b`, `t` and `as`. What a bus is reached by needs them told, since Python's values have others.
    """

    method: str
    arguments: tuple[tuple[str, bool | int | tuple[str, ...]], ...]

    @property
    def signature(self) -> str:
        """D-Bus's, of all arguments."""
        return "".join(kind for kind, _ in self.arguments)

    @property
    def values(self) -> tuple[bool | int | tuple[str, ...], ...]:
        """All arguments."""
        return tuple(value for _, value in self.arguments)


def order(work: Work, upgrade: Upgrade) -> Order:
    """What the transaction of that work is told, after all that the ones before it have said."""
    match work:
        case Work.REFRESH:
            return Order("RefreshCache", (("b", True),))
        case Work.LOOK:
            return Order("GetUpdates", (("t", ANY),))
        case Work.INSTALLED:
            names = tuple(package.name for package in upgrade.packages)
            return Order("Resolve", (("t", INSTALLED_ONLY), ("as", names)))
        case Work.WORK_OUT:
            return Order("UpdatePackages", (("t", SIMULATED), ("as", to_upgrade(upgrade))))
        case Work.UPGRADE:
            return Order("UpdatePackages", (("t", ONLY_TRUSTED), ("as", to_upgrade(upgrade))))


def to_upgrade(upgrade: Upgrade) -> tuple[str, ...]:
    """The ids that PackageKit is asked to upgrade; what comes or goes with them it works out itself."""
    return tuple(one.id for one in upgrade.packages if one.kind is Kind.UPGRADE)
