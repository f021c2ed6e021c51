"""The hypervisor of a lab: the adapter over the socket that the lab's machine shows to dom0, and to dom0 alone.

One connection a call: a line of JSON there, a line back, a deadline on both. Touches that socket only.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qnet_gui.hypervisor.port import Capabilities, DomainInfo, VifRequest
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import DBUS_PREFIX, HypervisorError, from_dbus
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.xen import XenCode
from qnet_gui.model.parse import printable
from qnet_gui.model.vif import VifId
from qnet_gui.model.wire.message_wire import SENTENCE
from qnet_gui.model.x_display.display import Display

#: Where the socket is in a lab's dom0; it exists nowhere else.
SOCKET = Path("/run/xen/lab-hypervisor")
_DEADLINE = 5.0
#: Detaching waits for the backend to close the card, which the toolstack gives 10 s.
_DETACH_DEADLINE = 15.0
_ANSWER_LIMIT = 1 << 20


def ask(path: Path, do: str, deadline: float = _DEADLINE, **words: Any) -> Any:
    """Have a lab's machine do something; returns what it answers, raises what it refuses with."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(deadline)
        try:
            sock.connect(str(path))
            sock.sendall(json.dumps({"do": do, **words}).encode() + b"\n")
            with sock.makefile("rb") as answer:
                line = answer.readline(_ANSWER_LIMIT)
        except TimeoutError:
            raise HypervisorError(XenCode.LAB_SLOW, seconds=deadline, command=do) from None
        except OSError as error:
            raise HypervisorError(XenCode.LAB_UNREACHABLE, why=error.strerror or "") from None
    if not line.endswith(b"\n"):
        raise HypervisorError(XenCode.LAB_LOST, command=do)
    answer = json.loads(line)
    if "error" in answer:
        said = Message(HelperCode.PLAIN, text=printable(answer["sentence"], SENTENCE))
        raise from_dbus(DBUS_PREFIX + answer["error"], said)
    return answer["result"]


class LabHypervisor:
    """The port `Hypervisor` in a lab's dom0."""

    #: A lab's netvm is the same person's programs on the same machine: its windows are no worse than any other's.
    cannot_show = None

    def __init__(self, path: Path = SOCKET) -> None:
        self._path = path

    def capabilities(self) -> Capabilities:
        """See `Hypervisor`."""
        return Capabilities(**ask(self._path, "capabilities"))

    def domains(self) -> list[DomainInfo]:
        """See `Hypervisor`."""
        return [
            DomainInfo(domain["id"], domain["name"], domain["uuid"], DomainState(domain["state"]))
            for domain in ask(self._path, "domains")
        ]

    def pause(self, domid: int) -> None:
        """See `Hypervisor`."""
        ask(self._path, "pause", domid=domid)

    def unpause(self, domid: int) -> None:
        """See `Hypervisor`."""
        ask(self._path, "unpause", domid=domid)

    def attach_vif(self, request: VifRequest) -> VifId:
        """See `Hypervisor`."""
        vif = ask(
            self._path, "attach_vif", frontend=request.frontend, backend=request.backend, script=request.script,
            address=str(request.address), mac=request.mac, untrusted=request.untrusted,
        )  # fmt: skip
        return VifId(vif["frontend"], vif["devid"])

    def detach_vif(self, vif: VifId) -> None:
        """See `Hypervisor`."""
        ask(self._path, "detach_vif", _DETACH_DEADLINE, frontend=vif.frontend, devid=vif.devid)

    def show_program(self, domid: int, command: Sequence[str], display: Display) -> None:
        """See `Hypervisor`."""
        ask(
            self._path, "show_program", domid=domid, command=list(command), number=display.number,
            cookie=display.cookie,
        )  # fmt: skip
