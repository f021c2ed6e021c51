"""What the demo measures when the provider changes: NetworkManager's signal in the netvm, and a domain's first answer.

Watches from outside as a person would, with programs started in the netvm and in a domain; changes nothing.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from qnet_gui.lab.box import enter
from qnet_gui.lab.box.place import NETVM
from qnet_gui.lab.machine.provider import Provider
from qnet_gui.model.errors import NoAnswer
from qnet_gui.model.messages.plain import plain

#: Seconds; NetworkManager takes about 6 of them.
_DEADLINE = 30.0
#: Seconds until what the netvm's agent has heard has been written down by who listens as well.
_LOGGED = 5.0
_MATCH = (
    "type='signal',sender='org.freedesktop.NetworkManager',path='/org/freedesktop/NetworkManager/DnsManager',"
    "interface='org.freedesktop.DBus.Properties'"
)
# Asks the first name server for whoami.test every 20 ms, until the answer is the wanted one; prints when that was.
_ASK = r"""
import socket, sys, time
wanted = socket.inet_aton(sys.argv[1])
until = time.time() + float(sys.argv[2])
while time.time() < until:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.02)
        try:
            asking.sendto(b"\0\1\1\0\0\1\0\0\0\0\0\0\6whoami\4test\0\0\1\0\1", (sys.argv[3], 53))
            if asking.recv(512)[-4:] == wanted:
                print(time.time())
                break
        except TimeoutError:
            continue
        except OSError:
            time.sleep(0.02)
"""


def signal_time(monitored: str, provider: Provider) -> float | None:
    """When dbus-monitor saw NetworkManager name this provider's servers before all others."""
    for block in re.split(r"^signal ", monitored, flags=re.MULTILINE)[1:]:
        header = re.match(r"time=([0-9.]+) ", block)
        servers = re.findall(r'string "([0-9]+\.[0-9]+\.[0-9]+)\.[0-9]+"', block)
        if header and "path=/org/freedesktop/NetworkManager/DnsManager" in block and servers[:1] == [provider.prefix]:
            return float(header[1])
    return None


class Roaming:
    """A context manager that watches from its beginning; both times are seconds since the epoch."""

    def __init__(self, lab: str, domain: str, server: str, provider: Provider, folder: Path) -> None:
        self._provider = provider
        self._log = folder / "networkmanager.log"
        with self._log.open("wb") as log:
            self._monitor = enter.popen(
                enter.first_process(lab, NETVM), ["/usr/bin/dbus-monitor", "--system", _MATCH], tied=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        self._query = enter.popen(
            enter.first_process(lab, domain),
            [sys.executable, "-c", _ASK, provider.whoami, str(_DEADLINE), server],
            tied=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def __enter__(self) -> Roaming:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (self._monitor, self._query):
            process.kill()
            process.communicate()

    def wait(self) -> tuple[float, float]:
        """When NetworkManager gave the signal, and when the domain had its first answer from the new provider."""
        answer_time = self._query.communicate(timeout=_DEADLINE + 10)[0].strip()
        if not answer_time:
            raise NoAnswer(plain(f"No answer came from {self._provider.name} within {_DEADLINE:.0f} s."))
        until = time.monotonic() + _LOGGED
        while (announced := signal_time(self._log.read_text(), self._provider)) is None:
            if time.monotonic() > until:
                raise NoAnswer(plain(f"NetworkManager did not say that it uses {self._provider.name}'s name servers."))
            time.sleep(0.05)
        return announced, float(answer_time)
