"""A lab with two netvms for tests of the choice between them: what people type in dom0, and which way a page came."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from waiting import DEADLINE

from qnet_gui.store import keys

from .conftest import Lab

CONFIG = "/etc/qnet/qnet.toml"


def qnet(lab: Lab, *arguments: str) -> str:
    """A command in dom0 that must succeed; what it says."""
    return lab.out("dom0", "qnet", *arguments, timeout=DEADLINE)


def refusal(lab: Lab, *arguments: str) -> str:
    """What a command in dom0 says that must fail."""
    done: subprocess.CompletedProcess[str] = lab.exec("dom0", "qnet", *arguments, timeout=DEADLINE, check=False)
    assert done.returncode
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def page(lab: Lab, domain: str) -> str:
    """The provider that a page came from, or empty."""
    done = lab.exec(domain, "curl", "-s", "-m", "2", "http://www.test/", check=False)
    return done.stdout.partition("Hello from ")[2].partition(".")[0]


def until_page(lab: Lab, domain: str, provider: str, seconds: float = DEADLINE) -> None:
    lab.wait(f"a page from {provider} in {domain}", lambda: page(lab, domain) == provider, seconds)


def state(lab: Lab, domain: str) -> dict[str, Any]:
    """A domain as dom0's snapshot has it."""
    snapshot = json.loads(qnet(lab, "status", "--json"))
    return next(entry for entry in snapshot["domains"] if entry["name"] == domain)


def backends(lab: Lab, domain: str) -> list[str]:
    """Who serves or served a domain's vifs, by the toolstack's own nodes."""
    root = f"/libxl/{lab.id(domain)}/device/vif"
    with lab.store("dom0") as store:
        return [(store.read(f"{root}/{devid}/backend") or b"").decode() for devid in store.children(root)]


def served_by(lab: Lab, domain: str, netvm: str) -> bool:
    return backends(lab, domain) == [f"/local/domain/{lab.id(netvm)}/backend/vif/{lab.id(domain)}/0"]


def dead_agent(lab: Lab, netvm: str) -> bool:
    with lab.store("dom0") as store:
        return store.read(keys.AGENT_STATE.under(lab.id(netvm))) != b"running"
