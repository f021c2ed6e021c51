"""The helper's sentences in the person's language. It speaks English, since it does not know who listens. Pure.

A sentence that is not known here, of another version's helper, stays as it is.
"""

from __future__ import annotations

import re
from functools import cache

from qnet_gui.model.translation import mark, tr

#: What it says, in parts that may follow upon each other.
KNOWN = (
    mark("dom0 is the netvm and has the network already. Choose a separate netvm to have it without."),
    mark("{name} is not running. Start it."),
    mark("{name} is paused. Unpause it."),
    mark("{name} is starting. Wait until it is up."),
    mark("The agent in {name} does not run. Start qnet-agent in it, or restart {name}."),
    mark("{name} has no uplink. Plug in a cable or choose a Wi-Fi network."),
    mark("dom0 is connected to the network already."),
    mark("{user} is connecting dom0 to the network. Wait until that is done."),
    mark("{user} is disconnecting dom0 from the network. Wait until that is done."),
    mark("{user} is going on where the last helper stopped. Wait until that is done."),
    mark("{user} is choosing another netvm. Wait until that is done."),
    mark("{user} is attaching a domain to the network. Wait until that is done."),
    mark("{user} is cutting a domain off the network. Wait until that is done."),
    mark("dom0 is disconnected from the network, as it should be."),
    mark("dom0 is not connected to the network."),
    mark("Everything has been put back."),
    mark("qnet keeps trying."),
    mark("{user} wants dom0 disconnected."),
    mark("The netvm has gone."),
    mark("The netvm did not serve dom0's card in time."),
    mark("The netvm refused dom0's card: {why}."),
    mark("dom0's card did not appear. Is the module xen-netfront loaded?"),
    mark("dom0's card did not go away."),
    mark("dom0's card has gone."),
    mark("The password was not given."),
    mark("This needs a password, and there is nobody who could be asked for it."),
    mark("No right password was given, or you are not allowed to do this."),
    mark("You are not allowed to do this."),
    mark("polkit does not answer, so nobody can be authorised."),
    mark("dom0 is connected to the network, and all others are paused until it is disconnected."),
    mark("There is no domain with the id {id} that runs."),
    mark("There is no domain {name} that runs."),
    mark("{name} is not attached to the network."),
    mark("{name} is attached to {netvm} already."),
    mark("{name} is the netvm: it cannot be {deed}, since all others need it."),
    mark("{name} cannot be the netvm: no network agent has ever reported from it."),
    mark("{name} has not reported its routes. Restart it, or run qnet-guest in it."),
    mark("The network helper is still starting."),
    mark("The network helper failed unexpectedly; its log says why."),
    mark("Xen brings no windows of the netvm to dom0."),
    mark("Start nm-applet on the netvm's own display there: qnet applet-host nm-applet"),
    mark("dom0 is the netvm: start nm-applet here, like any other program."),
    mark("{name} is paused."),
    mark("{name} is not running."),
)
_BRACES = re.compile(r"\\\{(\w+)\\\}")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    found = []
    for text in KNOWN:
        seen: set[str] = set()

        def group(match: re.Match[str], seen: set[str] = seen) -> str:
            name = match[1]
            if name in seen:
                return f"(?P={name})"
            seen.add(name)
            return rf"(?P<{name}>(?:(?!\. ).)+?)"

        found.append((re.compile(_BRACES.sub(group, re.escape(text)) + r"(?= |$)"), text))
    return tuple(found)


def heard(said: str) -> str:
    """What the helper said, part by part, as far as it is known."""
    parts, rest = [], said
    while rest:
        for pattern, text in _patterns():
            if match := pattern.match(rest):
                parts.append(tr(text, **match.groupdict()))
                rest = rest[match.end() :].lstrip()
                break
        else:
            parts.append(rest)
            break
    return " ".join(parts)
