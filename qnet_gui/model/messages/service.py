"""The netvm as a service: `qnet netvm start`, `stop`, `restart`, the cards that go to it and come back."""

from __future__ import annotations

from qnet_gui.model.messages.code import Code


class ServiceCode(Code):
    """About `qnet netvm start`, `stop` and `restart`."""

    # whether it may be done here
    SERVICE_NOT_IN_DOM0 = (
        "service-not-in-dom0",
        "This is not dom0 of a Xen host; the netvm is started and stopped in dom0.",
    )
    SERVICE_FOR_ROOT = "service-for-root", "This must be done by root: sudo qnet netvm {verb}"
    SERVICE_OF_OTHERS = (
        "service-of-others",
        "The domains of this host belong to {manager}, so qnet neither starts nor stops one. Use its tools.",
    )
    SERVICE_OF_DOM0 = (
        "service-of-dom0",
        "dom0 is the netvm, so there is no domain to be started or stopped. systemctl {verb} qnet-agent does it for "
        "dom0; qnet netvm set NAME chooses a separate netvm.",
    )
    CONFIGURATION_MISSING = (
        "configuration-missing",
        "{path} is not there. It is what xl is to make {name} of: see xl.cfg(5).",
    )
    CONFIGURATION_OF_OTHER = (
        "configuration-of-other",
        "{path} is the configuration of {value}, and the netvm is {name}.",
    )
    CONFIGURATION_EMPTY = (
        "configuration-empty",
        "{path} does not say what {name} boots from. Fill in its kernel and its disk.",
    )
    SERVICE_PAUSED = "service-paused", "{name} is paused. Unpause it: xl unpause {name}"
    IOMMU_MISSING = (
        "iommu-missing",
        "The IOMMU is off, and without it Xen gives no network card to netvm. Switch on VT-d (Intel) or AMD-Vi (AMD) "
        "in the firmware's settings, take iommu=off and the like out of the options of Xen and of dom0's kernel, and "
        "restart; xl dmesg tells whether I/O virtualisation is enabled. Where there is none, dom0 itself can be the "
        "netvm, which is strongly discouraged: qnet netvm set dom0, then systemctl enable --now qnet-agent.",
    )

    # the steps
    TAKING_CARD = "taking-card", "taking {device} from dom0"
    TAKING_CARD_OF = "taking-card-of", "taking {device} ({driver}) from dom0"
    TOOK_CARD = "took-card", "took {device} from dom0"
    TOOK_CARD_OF = "took-card-of", "took {device} ({driver}) from dom0"
    GAVE_CARD_BACK = "gave-card-back", "gave {device} back to dom0"
    GAVE_CARD_BACK_TO = "gave-card-back-to", "gave {device} back to {driver}"
    STARTING = "starting", "starting {name}"
    STARTING_WITH = "starting-with", "starting {name} with {nics}"
    STARTING_WITHOUT = "starting-without", "starting {name} without a network card"
    STARTED_WITH = "started-with", "started {name} with {nics}"
    STARTED_WITHOUT = "started-without", "started {name} without a network card"
    STARTED = "started", "started {name}"
    RESTARTING = "restarting", "restarting {name}"
    RESTARTED = "restarted", "restarted {name}"
    AWAITING_AGENT = "awaiting-agent", "waiting for the agent in {name}"
    AGENT_RUNS = "agent-runs", "the agent in {name} runs"
    STOPPING = "stopping", "stopping {name}"
    STOPPED = "stopped", "stopped {name}"
    DESTROYED = "destroyed", "destroyed {name}"
    DESTROYED_UNWILLING = "destroyed-unwilling", "destroyed {name}, which did not shut down"

    # how it ended
    RUNS = "runs", "{name} runs."
    RUNS_ALREADY = "runs-already", "{name} runs already."
    IS_STOPPED = "is-stopped", "{name} is stopped."
    SERVICE_FAILED = (
        "service-failed",
        "It failed to {verb} the netvm, and has not said why. See: journalctl -b -u qnet-netvm",
    )
    NOT_STARTED = "not-started", "{name} is not started: {why}"
    INTERRUPTED = "interrupted", "It was interrupted."
    AS_BEFORE = "as-before", "Everything is as it was before."
    NOT_DESTROYED = "not-destroyed", "{name} could not be destroyed: {why}"
    STOP_TRIES_AGAIN = "stop-tries-again", "qnet netvm stop tries it again."
    ENDED_AT_START = "ended-at-start", "{name} ended while it was starting; xl console and /var/log/xen tell why."
    WENT_AT_ONCE = "went-at-once", "xl has made {name}, which then went away."
    AGENT_NOT_REPORTED = (
        "agent-not-reported",
        "The agent in {name} did not report within {seconds} s. Is qnet-agent enabled in it?",
    )

    # cards
    NO_DEVICE = "no-device", "There is no PCI device {device}."
    NO_PCIBACK = "no-pciback", "dom0's kernel has no pciback: the module {module} cannot be loaded."
    CARD_NOT_TAKEN = "card-not-taken", "xl did not take {device} from dom0."
    CARD_IN_USE = "card-in-use", "{device} is still in use by a domain."
    CARD_NOT_GIVEN_BACK = "card-not-given-back", "{device} could not be given back to {driver}."
    PART_AGAIN = "part-again", "made {interface} a part of {bridge} again"
    PART_AWAY = "part-away", "{interface} has not come back yet, and {bridge} is without it."
    PART_LEFT = "part-left", "{interface} could not be made a part of {bridge} again: {why}"
    CARD_STILL_HELD = "card-still-held", "{device} is still held."
