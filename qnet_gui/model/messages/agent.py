"""What the netvm's agent, its hotplug script and a domain's own set-up say."""

from __future__ import annotations

from qnet_gui.model.messages.code import Code


class AgentCode(Code):
    """Of the agent and of qnet-guest."""

    LOCAL_AGENT_SILENT = "local-agent-silent", "The agent does not answer."
    LOCAL_AGENT_NOT_ASKED = "local-agent-not-asked", "The agent cannot be asked: {why}."
    LOCAL_AGENT_DEAF = "local-agent-deaf", "The agent holds the lock and does not listen."
    LOCAL_AGENT_FAILED = "local-agent-failed", "The agent failed: {kind}."
    NO_NETVM_HERE = "no-netvm-here", "This is no netvm, and nothing has been changed: {why}"
    DOM0_NOT_CHOSEN = (
        "dom0-not-chosen",
        "This is dom0, and {netvm} is the netvm, so nothing has been changed. To have dom0 itself route the other "
        "domains, which is strongly discouraged: qnet netvm set dom0",
    )
    AGENT_STILL_RUNS = "agent-still-runs", "The agent runs. Stop it first: sudo systemctl stop qnet-agent"
    FILTER_NOT_LOADED = "filter-not-loaded", "The packet filter cannot be loaded; see the agent's log."
    REDIRECTION_NOT_APPLIED = "redirection-not-applied", "The redirection cannot be applied; see the agent's log."
    VERB_UNKNOWN = "verb-unknown", "{verb} is not known here."
    HOTPLUG_VERB = "hotplug-verb", "{value} is not online, offline, add or remove."
    NOT_THE_VIF_OF = "not-the-vif-of", "{value} is not the vif of {path}."
    NOT_A_REQUEST = "not-a-request", "{value} is not a request."
    VIF_GONE = "vif-gone", "{vif} has gone."
    VIF_WITHOUT_NODE = "vif-without-node", "{vif} has no node."
    VIF_NOT_THERE = "vif-not-there", "{vif} or its node is not there."
    VIF_NODE_NOT_HERE = "vif-node-not-here", "{vif} has no node here, or is going offline."
    VIF_LINK_NOT_HERE = "vif-link-not-here", "{vif} has no link here, or is going offline."
    NODE_WITHOUT = "node-without", "{path} has no {key}."
    ADDRESS_OF_NETVM = "address-of-netvm", "{address} is the gateway's or a name server's, and cannot be a domain's."
    ADDRESS_FOR_TWO = "address-for-two", "dom0 gave the netvm one address for two purposes."
    GUEST_WITHOUT_CARD = (
        "guest-without-card",
        "There was no network card within {seconds} s, so this domain has no network.",
    )
    GUEST_NOT_TOLD = (
        "guest-not-told",
        "There was no address and name servers from dom0 within {seconds} s, so this domain has no network.",
    )
