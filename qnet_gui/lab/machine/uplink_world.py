"""The world outside of a lab's machine: the providers, and the cables from them to the netvms' NICs."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from qnet_gui.lab.box.child import Child
from qnet_gui.lab.box.place import Place
from qnet_gui.lab.machine import links
from qnet_gui.lab.machine.provider import Provider, write_servers
from qnet_gui.model import parse
from qnet_gui.model.errors import NotFound
from qnet_gui.model.messages.plain import plain


class UplinkWorld:
    """All providers of a lab: each netvm has one, or the only netvm has all. Its first cable is plugged in at first."""

    def __init__(self, place: Place, count: int, netvms: list[str]) -> None:
        self._place = place
        self._providers = {provider.name: provider for provider in map(Provider, range(count))}
        self._netvms = {provider.name: netvms[provider.number % len(netvms)] for provider in self._providers.values()}
        self._plugged = {provider.name: provider.number < len(netvms) for provider in self._providers.values()}
        self.children = {
            name: Child(place, name, name, "qnet_gui.lab.machine.provider", str(provider.number))
            for name, provider in self._providers.items()
        }

    def wire(self, netvm: Child) -> None:
        """Run its cables to a new netvm."""
        for name, provider in self._providers.items():
            if self._netvms[name] == netvm.name:
                links.add_cable(netvm, self.children[name], provider, self._plugged[name])

    def status(self) -> list[dict[str, Any]]:
        """It in words that JSON can say."""
        return [
            {
                "provider": name,
                "plugged": self._plugged[name],
                "netvm": self._netvms[name],
                "uplink": provider.uplink,
                "web": provider.web,
                "pid": self.children[name].pid,
            }
            for name, provider in self._providers.items()
        ]

    def cable(self, name: str, plugged: bool, running: Container[str]) -> None:
        """Plug a cable in or pull it; `running`: the domains that there are now."""
        self._by_name(name)
        self._plugged[name] = plugged
        if self._netvms[name] in running:
            links.plug(self.children[name], plugged)

    def servers(self, name: str, servers: list[str]) -> None:
        """Choose the name servers that a provider's DHCP hands out from now on."""
        write_servers(self._place, self._by_name(name), [str(parse.ipv4(server)) for server in servers])
        self.children[name].order("reload")

    def _by_name(self, name: str) -> Provider:
        if name not in self._providers:
            raise NotFound(plain(f"This lab has no provider {parse.shown(name)}; it has {', '.join(self._providers)}."))
        return self._providers[name]
