"""An internet provider: not a domain, a network namespace of its own with DHCP, three name servers and a web server.

Started by the machine like a domain's init. Answers differ between the providers, and between the servers of one, so
that whoever asks can see where the question went.
"""

from __future__ import annotations

import http.server
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from qnet_gui.lab.box import cgroup, syscalls
from qnet_gui.lab.box.child import MachineConnection
from qnet_gui.lab.box.network import fresh_network
from qnet_gui.lab.box.place import PROVIDERS, Place
from qnet_gui.lab.box.programs import ENVIRONMENT
from qnet_gui.runtime.command import IP, run

#: The provider's end of the cable.
CABLE = "cable"
_LOAD_DEADLINE = 5.0
_DNSMASQ = ["/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--log-facility=-", "--pid-file=",
            "--user=root", "--group=root"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Provider:
    """What one provider's network looks like; `number` counts from 0."""

    number: int

    @property
    def name(self) -> str:
        """`isp1` or `isp2`."""
        return PROVIDERS[self.number]

    @property
    def prefix(self) -> str:
        """The first three numbers of its /24."""
        return f"192.168.{self.number}"

    @property
    def gateway(self) -> str:
        """Its router."""
        return f"{self.prefix}.1"

    @property
    def router(self) -> str:
        """Its router's address with the length of the prefix."""
        return f"{self.gateway}/24"

    @property
    def servers(self) -> list[str]:
        """Its name servers; DHCP hands out all three at first."""
        return [f"{self.prefix}.{host}" for host in (53, 54, 55)]

    @property
    def web(self) -> str:
        """Its web server."""
        return f"203.0.113.{11 + self.number}"

    @property
    def whoami(self) -> str:
        """What `whoami.test` resolves to here."""
        return f"192.0.2.{1 + self.number}"

    @property
    def uplink(self) -> str:
        """The netvm's NIC at the other end of the cable."""
        return f"eth{self.number}"

    @property
    def uplink_mac(self) -> str:
        """That NIC's MAC."""
        return f"52:54:00:12:34:0{1 + self.number}"


class _Page(http.server.BaseHTTPRequestHandler):
    """One page: which provider, which name was asked for, whom it saw."""

    provider: Provider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer any path."""
        host = self.headers.get("Host", "?").encode("ascii", "replace").decode()
        text = f"Hello from {self.provider.name}. You asked for {host} and you are {self.client_address[0]}.\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def dhcp_options(place: Place, provider: Provider) -> Path:
    """The file with the options that DHCP hands out; dnsmasq reads it again on SIGHUP."""
    return place.folder / f"{provider.name}-dhcp-options"


def write_servers(place: Place, provider: Provider, servers: list[str]) -> None:
    """Choose the name servers that DHCP hands out from now on; without any, it hands out none."""
    text = f"option:dns-server{''.join(',' + server for server in servers)}\n"
    dhcp_options(place, provider).write_text(text)


def _addresses(provider: Provider) -> None:
    """The provider's own addresses stand on its loopback; only the router's is on the cable."""
    lines = "".join(f"address add {address}/32 dev lo\n" for address in [*provider.servers, provider.web])
    run([IP, "-batch", "-"], lines)


def _dhcp(place: Place, provider: Provider) -> list[str]:
    return [
        *_DNSMASQ, "--port=0", f"--interface={CABLE}", "--bind-dynamic", "--no-ping", "--dhcp-authoritative",
        f"--dhcp-range={provider.prefix}.100,{provider.prefix}.199,2m",
        f"--dhcp-option=option:router,{provider.gateway}",
        f"--dhcp-optsfile={dhcp_options(place, provider)}",
        f"--dhcp-leasefile={place.folder}/{provider.name}-leases",
    ]  # fmt: skip


class Dhcp:
    """The DHCP server."""

    def __init__(self, place: Place, provider: Provider) -> None:
        self._loaded = threading.Semaphore(0)
        self._loaded_line = f"read {dhcp_options(place, provider)}"
        self._process = subprocess.Popen(
            _dhcp(place, provider), env=ENVIRONMENT, text=True,
            stdin=subprocess.DEVNULL, stdout=sys.stderr, stderr=subprocess.PIPE,
        )  # fmt: skip
        threading.Thread(target=self._copy_log, daemon=True).start()
        self._loaded.acquire(timeout=_LOAD_DEADLINE)

    def _copy_log(self) -> None:
        for line in self._process.stderr or ():
            print(line, end="", file=sys.stderr, flush=True)
            if self._loaded_line in line:
                self._loaded.release()

    def reload(self) -> str:
        """Read the options again; returns when they are in force, or what went wrong."""
        self._process.send_signal(signal.SIGHUP)
        return "" if self._loaded.acquire(timeout=_LOAD_DEADLINE) else "dnsmasq did not read its options again."


def _dns(provider: Provider, server: str) -> list[str]:
    return [
        *_DNSMASQ, "--no-resolv", "--no-hosts", "--bind-interfaces", f"--listen-address={server}", "--local=/test/",
        f"--host-record=whoami.test,{provider.whoami}", f"--host-record=www.test,mirror.test,{provider.web}",
        f"--host-record=server.test,{server}",
    ]  # fmt: skip


def main(control: str, lab: str, number: str) -> None:
    """Be a provider."""
    machine, place, provider = MachineConnection(int(control)), Place(lab), Provider(int(number))
    cgroup.join(place.cgroup / provider.name)
    syscalls.unshare(syscalls.CLONE_NEWNS | syscalls.CLONE_NEWNET | syscalls.CLONE_NEWUTS)
    syscalls.make_mounts_private()
    syscalls.mount_proc()
    machine.report("namespaces")
    os.umask(0o022)
    syscalls.set_hostname(provider.name)
    fresh_network()
    _addresses(provider)
    write_servers(place, provider, provider.servers)
    dhcp = Dhcp(place, provider)
    for server in provider.servers:
        subprocess.Popen(_dns(provider, server), env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    _Page.provider = provider
    web = http.server.ThreadingHTTPServer((provider.web, 80), _Page)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    machine.report("ready")
    while order := machine.order():  # there is but one
        machine.answer(order, dhcp.reload())


if __name__ == "__main__":
    main(*sys.argv[1:4])
