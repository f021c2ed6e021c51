"""Where Debian's packages come from: what this machine's apt knows, as lines for another root's sources. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

#: What apt is asked for each index of packages that it knows of: `apt-get indextargets`.
FORMAT = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)"
#: Debian's own key, which is at the same place in every Debian.
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
#: Components of Debian that a netvm is given; others are somebody else's repository.
_COMPONENTS = ("main", "non-free-firmware")
_ORIGIN = "Debian"


@dataclass(frozen=True, slots=True)
class Source:
    """One repository: its address, one of its suites, and components of that."""

    uri: str
    suite: str
    components: tuple[str, ...]
    debian: bool = False

    @property
    def shown(self) -> str:
        """Its address for everybody to read: without the name and the password that it may have."""
        scheme, slashes, rest = self.uri.rstrip("/").partition("://")
        host, slash, path = rest.partition("/")
        return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"

    @property
    def has_password(self) -> bool:
        """Whether a name and a password stand in its address."""
        return "@" in self.uri.partition("://")[2].partition("/")[0]

    @property
    def local(self) -> bool:
        """No network is needed for it."""
        return self.uri.startswith(("file:", "copy:"))


def known(lines: str, suite: str) -> tuple[Source, ...]:
    """The repositories of a suite, with its updates, among those that apt has told in `FORMAT`."""
    wanted = (suite, f"{suite}-updates", f"{suite}-security")
    components: dict[tuple[str, str, bool], list[str]] = {}
    for line in lines.splitlines():
        words = line.split(" ")
        if len(words) != 4 or words[1] not in wanted or words[2] not in _COMPONENTS:
            continue
        listed = components.setdefault((words[0], words[1], words[3] == _ORIGIN), [])
        if words[2] not in listed:
            listed.append(words[2])
    made = [Source(uri, release, tuple(names), debian) for (uri, release, debian), names in components.items()]
    return tuple(sorted(made, key=lambda source: wanted.index(source.suite)))


def of_mirror(mirror: str, suite: str, others: Sequence[Source]) -> tuple[Source, ...]:
    """One repository in the place of `others`, with the components that these have."""
    known_components = {component for source in others for component in source.components}
    listed = tuple(component for component in _COMPONENTS if component in known_components) or _COMPONENTS[:1]
    return (Source(mirror, suite, listed, all(source.debian for source in others)),)


def lines(sources: Iterable[Source], keyring: bool) -> list[str]:
    """For sources.list(5); `keyring`: Debian's own key is where it always is."""
    return [
        f"deb {f'[signed-by={KEYRING}] ' if keyring and source.debian else ''}{source.uri} {source.suite}"
        f" {' '.join(source.components)}"
        for source in sources
    ]


def has_firmware(sources: Iterable[Source]) -> bool:
    """Whether there is firmware that is not free, without which most Wi-Fi does not work."""
    return any("non-free-firmware" in source.components for source in sources)
