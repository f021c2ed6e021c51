"""What libxl tells the program that it takes for QEMU, on its command line. Pure.

Of some twenty arguments two matter: which domain it is, and where libxl will ask (`qmp`). Source: libxl_dm.c of Xen.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.parse import domid as parse_domid


@dataclass(frozen=True, slots=True)
class QemuArguments:
    """`socket_paths` are to be made and listened at; `listening` are descriptors that listen already."""

    domid: int
    socket_paths: tuple[str, ...] = ()
    listening: tuple[int, ...] = ()


def qemu_arguments(words: Sequence[str]) -> QemuArguments:
    """From the words after the program's name; `BadInput` where they name no domain."""
    domid, paths, listening = "", [], []
    for option, value in itertools.pairwise(words):
        if option == "-xen-domid":
            domid = value
        elif option == "-chardev":
            fields = dict(field.split("=", 1) for field in value.split(",") if "=" in field)
            if fields.get("path", "").startswith("/"):
                paths.append(fields["path"])
            elif fields.get("fd", "").isdecimal():
                listening.append(int(fields["fd"]))
    if not domid:
        raise BadInput(ValueCode.WRONG_VALUE, key="-xen-domid", value="")
    return QemuArguments(parse_domid(domid), tuple(paths), tuple(listening))
