"""What may and may not be done to domains, and how it went: paused, cut off, attached, moved."""

from __future__ import annotations

from qnet_gui.model.messages.code import Code


class DomainCode(Code):
    """About domains, and dom0 and the netvm among them."""

    DOMAIN_UNKNOWN = "domain-unknown", "There is no domain {name} that runs."
    DOMAIN_ID_UNKNOWN = "domain-id-unknown", "There is no domain with the id {id} that runs."
    DOMAIN_ANOTHER = (
        "domain-another",
        "The domain with the id {id} is another one than was meant: {name}. Nothing was done to it.",
    )
    ROUTES_NOT_REPORTED = (
        "routes-not-reported",
        "{name} has not reported its routes. Restart it, or run qnet-guest in it.",
    )
    MANAGED_BY_OTHERS = (
        "managed-by-others",
        "The domains of this host belong to {manager}, so qnet only shows them. Change them with the tools of "
        "{manager}.",
    )

    # the netvm
    PAUSED = "paused", "{name} is paused."
    NOT_RUNNING = "not-running", "{name} is not running."
    NETVM_PAUSED = "netvm-paused", "{name} is paused. Unpause it."
    NETVM_NOT_RUNNING = "netvm-not-running", "{name} is not running. Start it."
    NETVM_STARTING = "netvm-starting", "{name} is starting. Wait until it is up."
    NETVM_WITHOUT_AGENT = (
        "netvm-without-agent",
        "The agent in {name} does not run. Start qnet-agent in it, or restart {name}.",
    )
    NETVM_WITHOUT_UPLINK = "netvm-without-uplink", "{name} has no uplink. Plug in a cable or choose a Wi-Fi network."
    NETVM_NOT_TO_PAUSE = "netvm-not-to-pause", "{name} is the netvm: it cannot be paused, since all others need it."
    NETVM_NOT_TO_CUT_OFF = (
        "netvm-not-to-cut-off",
        "{name} is the netvm: it cannot be cut off, since all others need it.",
    )
    NETVM_NOT_TO_ATTACH = (
        "netvm-not-to-attach",
        "{name} is the netvm: it cannot be attached to itself, since all others need it.",
    )
    NEVER_A_NETVM = "never-a-netvm", "{name} cannot be the netvm: no network agent has ever reported from it."

    # dom0
    DOM0_CONNECTED = (
        "dom0-connected",
        "dom0 is connected to the network, and all others are paused until it is disconnected.",
    )
    DOM0_NOT_TO_PAUSE = "dom0-not-to-pause", "dom0 cannot be paused."
    DOM0_NOT_TO_CUT_OFF = "dom0-not-to-cut-off", "dom0 cannot be cut off."
    DOM0_NOT_TO_ATTACH = "dom0-not-to-attach", "dom0 is not attached like other domains. Connect it for an upgrade."
    DOM0_NEVER_PAUSED = "dom0-never-paused", "dom0 is never paused."
    DOM0_WITHOUT_AGENT = (
        "dom0-without-agent",
        "dom0 is the netvm and has no network agent. Choose a separate netvm, or: systemctl start qnet-agent",
    )
    DOM0_CANNOT_SERVE = (
        "dom0-cannot-serve",
        "No network agent runs in dom0, so no domain can be moved to it. Choose it without --move first, then: "
        "systemctl start qnet-agent",
    )
    DOM0_NOT_LISTED = "dom0-not-listed", "The hypervisor does not tell dom0 among its domains."

    # the netvm's applet
    NO_WINDOWS = (
        "no-windows",
        "Xen brings no windows of the netvm to dom0. Start nm-applet on the netvm's own display there: qnet "
        "applet-host nm-applet",
    )
    NO_OWN_WINDOWS = "no-own-windows", "dom0 is the netvm: start nm-applet here, like any other program."

    # attach, cut off, move
    NOT_ATTACHED = "not-attached", "{name} is not attached to the network."
    ATTACHED_ALREADY = "attached-already", "{name} is attached to {netvm} already."
    ADDRESS_UNKNOWN = "address-unknown", "It is not known which address {name} had."
    ADDRESSES_USED_UP = (
        "addresses-used-up",
        "All addresses of {pool} are in use. Choose a larger network.pool in qnet.toml.",
    )
    CARD_REFUSED = "card-refused", "The netvm refused its card: {why}."
    CARD_REFUSED_SILENTLY = "card-refused-silently", "The netvm refused its card: it did not say why."
    CARD_NOT_SET_UP = "card-not-set-up", "It has not set up its card in time."
    CARD_NOT_SERVED = "card-not-served", "The netvm did not serve it in time."
    ATTACHING = "attaching", "attaching {name} to {netvm}"
    ATTACHED = "attached", "attached {name} to {netvm}"
    IS_ATTACHED = "is-attached", "{name} is attached to {netvm}."
    CUTTING_OFF = "cutting-off", "cutting {name} off the network"
    CUT_OFF = "cut-off", "cut {name} off the network"
    IS_CUT_OFF = "is-cut-off", "{name} is cut off the network."
    CHOOSING = "choosing", "choosing {netvm} as the netvm"
    CHOSE = "chose", "chose {netvm} as the netvm"
    IS_NETVM = "is-netvm", "{netvm} is the netvm now."
    MOVING = "moving", "moving {name} to {netvm}"
    MOVED = "moved", "moved {name} to {netvm}"
    WERE_MOVED = "were-moved", "Moved to it: {names}."
    MOVED_LATER = "moved-later", "Paused, and moved when they go on: {names}."
    NOT_MOVED = "not-moved", "{name} could not be moved: {why}"
