"""Reads what `xl` prints. Pure.

`xl list -v` has name, id, state and UUID in one picture; `xl list -l` has no states. Source of the columns: Xen 4.17,
tools/xl/xl_list.c (list_domains) and tools/xl/xl_info.c.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model import parse
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import BadInput, HypervisorError
from qnet_gui.model.messages.xen import XenCode

#: A name may have spaces, and there is none while a domain is being made or taken apart.
_ROW = re.compile(
    r"(?P<name>.+?) +(?P<id>[0-9]+) +[0-9]+ +[0-9]+ +"
    r"(?P<state>[r-][b-][p-][s-][c-][d-]) +[0-9.]+ +(?P<uuid>[0-9a-f-]{36})(?: .*)?"
)
_NO_NAME = "(null)"
#: Characters for an id behind a name.
_ID_ROOM = 6
_HEADER = re.compile(r"Name +ID +Mem +VCPUs\s+State\s+Time\(s\)\s+UUID.*")
#: What virt_caps of `xl info` says where devices can be given to domains behind an IOMMU.
_DIRECTIO = {"directio", "hvm_directio", "pv_directio"}
#: xl's own words about itself come last, libxl's and libxc's reason before them.
_REASON = re.compile(r"(?:libxl|xc|xencall|xenstore|xl): error: (?:[\w./-]+:\d+:\w+: )?(?P<why>.+)")


def state(flags: str) -> DomainState:
    """The state that six letters stand for. One that has shut down or crashed runs no more, whoever keeps it."""
    if any(letter in flags for letter in "scd"):
        return DomainState.DYING
    return DomainState.PAUSED if "p" in flags else DomainState.RUNNING


def domains(text: str) -> list[DomainInfo]:
    """The domains of `xl list -v`, by ascending id; `HypervisorError` when it is not such a list."""
    header, *rows = text.removesuffix("\n").split("\n")  # a name may have what else ends a line
    if not _HEADER.fullmatch(header.rstrip()):
        raise HypervisorError(XenCode.XL_LIST_UNREADABLE, value=parse.shown(header))
    pairs = [_domain(row) for row in rows]
    alike = Counter(info.name for info, _ in pairs)
    infos = (_told_apart(info, name) if alike[info.name] > 1 else info for info, name in pairs)
    return sorted(infos, key=lambda info: info.id)


def _told_apart(info: DomainInfo, name: str) -> DomainInfo:
    """With its id, where its name is shown like another's and is not the same."""
    if info.name == name:
        return info
    return replace(info, name=f"{parse.printable(name, parse.TEXT_LIMIT - _ID_ROOM)}-{info.id}")


def _domain(row: str) -> tuple[DomainInfo, str]:
    """The domain, and its name as xl has it."""
    match = _ROW.fullmatch(row.rstrip())
    if not match:
        raise HypervisorError(XenCode.XL_LIST_UNREADABLE, value=parse.shown(row))
    try:
        domid = parse.domid(match["id"])
        name = f"domain-{domid}" if match["name"] == _NO_NAME else parse.printable(match["name"])
        known = name if match["name"] == _NO_NAME else match["name"]
        return DomainInfo(domid, name, parse.uuid(match["uuid"]), state(match["state"])), known
    except BadInput as error:
        raise HypervisorError(XenCode.XL_LIST_WRONG, why=error.message) from error


def info(text: str) -> dict[str, str]:
    """The `name : value` lines of `xl info`."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def iommu(facts: dict[str, str]) -> bool | None:
    """Whether there is an IOMMU that Xen uses; None when `xl info` does not say."""
    if "virt_caps" not in facts:
        return None
    return bool(_DIRECTIO & set(facts["virt_caps"].split()))


def reason(stderr: str) -> str:
    """Why xl failed, in a line for people: the first error that it or a library under it told, else its first line."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for line in lines:
        if match := _REASON.fullmatch(line):
            return parse.printable(match["why"], 200)
    return parse.printable(lines[0], 200) if lines else ""
