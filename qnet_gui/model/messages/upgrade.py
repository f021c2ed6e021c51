"""dom0's own link for an upgrade: what stands in the way, the steps, how it ended."""

from __future__ import annotations

from qnet_gui.model.messages.code import Code, Plural


class UpgradeCode(Code):
    """About dom0's link."""

    # what stands in the way
    DOM0_HAS_NETWORK = (
        "dom0-has-network",
        "dom0 is the netvm and has the network already. Choose a separate netvm to have it without.",
    )
    DOM0_IS_CONNECTED = "dom0-is-connected", "dom0 is connected to the network already."
    IN_THE_WAY = "in-the-way", "{problem}"
    UNTIL_OUT_OF_RANGE = (
        "until-out-of-range",
        "dom0 can be disconnected at a time within the next {high} minutes, which {until} is not.",
    )
    MINUTES_OUT_OF_RANGE = "minutes-out-of-range", "dom0 can be connected for 1 to {high} minutes, not for {minutes}."

    NO_PACKAGEKIT = (
        "no-packagekit",
        "PackageKit is not installed here. Connect dom0 with qnet dom0 up, and run the system's own upgrade in a"
        " terminal.",
    )

    # how it ended
    CONNECTED = (
        "connected",
        Plural(
            "dom0 is connected to the network until {until}. Paused: {count} domain: {names}.",
            "dom0 is connected to the network until {until}. Paused: {count} domains: {names}.",
        ),
    )
    CONNECTED_ALONE = "connected-alone", "dom0 is connected to the network until {until}. Paused: no domain."
    STAYS_CONNECTED = "stays-connected", "dom0 stays connected to the network until its deadline."
    NOT_CONNECTED = "not-connected", "dom0 is not connected to the network."
    DISCONNECTED = "disconnected", "dom0 is disconnected from the network, as it should be."
    DISCONNECTED_IN_DOUBT = (
        "disconnected-in-doubt",
        "dom0 is disconnected from the network. Who was paused for it could not be read any more. It may be, and still"
        " be so: {names}.",
    )
    NOT_ALL_PUT_BACK = (
        "not-all-put-back",
        "dom0 is disconnected from the network, but not everything could be put back: {why} qnet keeps trying.",
    )
    NOT_DISCONNECTED = "not-disconnected", "dom0 could not be disconnected: {why} qnet keeps trying."
    PUT_BACK = "put-back", "{why} Everything has been put back."
    NOT_PUT_BACK = "not-put-back", "It could not be put back: {why} To see how it is: qnet dom0 status"
    DISCONNECT_WANTED = "disconnect-wanted", "{user} wants dom0 disconnected."
    NETVM_GONE = "netvm-gone", "The netvm has gone."
    FILTER_LOST = "filter-lost", "Another program keeps taking dom0's packet filter away."
    TIME_OVER = "time-over", "The time is over."
    HELPER_DIED = "helper-died", "The network helper had ended while dom0 was connected."
    DISCONNECTED_BECAUSE = "disconnected-because", "{why} dom0 is disconnected from the network."

    # the steps
    PAUSING_OTHERS = "pausing-others", "pausing the other domains"
    PAUSED_OTHERS = (
        "paused-others",
        Plural(
            "paused {count} domain: {names}",
            "paused {count} domains: {names}",
        ),
    )
    PAUSED_NOBODY = "paused-nobody", "paused no domain"
    RESUMED_OTHERS = (
        "resumed-others",
        Plural(
            "resumed {count} domain: {names}",
            "resumed {count} domains: {names}",
        ),
    )
    RESUMED_NOBODY = "resumed-nobody", "resumed no domain"
    CLOSING_DOM0 = "closing-dom0", "closing dom0 but for what an upgrade needs"
    CLOSED_DOM0 = "closed-dom0", "closed dom0 to the netvm but for what an upgrade needs"
    REMOVED_FILTER = "removed-filter", "removed dom0's packet filter"
    ATTACHING_DOM0 = "attaching-dom0", "attaching dom0 to the netvm"
    ATTACHED_DOM0 = "attached-dom0", "attached dom0 to the netvm ({interface})"
    DETACHED_DOM0 = "detached-dom0", "detached dom0 from the netvm"
    GIVING_ADDRESS = "giving-address", "giving dom0 its address"
    GAVE_ADDRESS = "gave-address", "gave dom0 the address {address}"
    TOOK_ADDRESS = "took-address", "took dom0's address"
    TELLING_SERVERS = "telling-servers", "telling dom0 its name servers"
    TOLD_SERVERS = "told-servers", "told dom0 its name servers: {servers}"
    PUT_FILE_BACK = "put-file-back", "put back {path}"
    OPENING_WAY = "opening-way", "opening the way"
    OPENED_WAY = "opened-way", "opened the way"
    CLOSED_WAY = "closed-way", "closed the way"

    # what fails in them
    NOT_PAUSED = (
        "not-paused",
        Plural(
            "{count} domain cannot be paused and runs all the same: {names}.",
            "{count} domains cannot be paused and run all the same: {names}.",
        ),
    )
    DOM0_CARD_REFUSED = "dom0-card-refused", "The netvm refused dom0's card: {why}."
    DOM0_CARD_REFUSED_SILENTLY = "dom0-card-refused-silently", "The netvm refused dom0's card: it did not say why."
    DOM0_CARD_NOT_SERVED = "dom0-card-not-served", "The netvm did not serve dom0's card in time."
    DOM0_CARD_MISSING = "dom0-card-missing", "dom0's card did not appear. Is the module xen-netfront loaded?"
    DOM0_CARD_STAYS = "dom0-card-stays", "dom0's card did not go away."
    DOM0_CARD_GONE = "dom0-card-gone", "dom0's card has gone."
    IPV6_STAYS_ON = "ipv6-stays-on", "IPv6 cannot be switched off on {interface}: {why}."
    JOURNAL_FIELDS = "journal-fields", "The journal has other fields than it should."
    JOURNAL_NO_FILE = "journal-no-file", "There is something else in the journal's place."
    JOURNAL_UNREADABLE = "journal-unreadable", "The journal is not one: {kind}."
    DOM0_NETWORK_UNREADABLE = "dom0-network-unreadable", "dom0's addresses and routes cannot be read: {why}."
    DOM0_NETWORK_SILENT = "dom0-network-silent", "dom0's addresses and routes cannot be read: no answer."
    DOM0_ROUTES_UNREADABLE = "dom0-routes-unreadable", "dom0's routes cannot be read."
    DOM0_NETWORK_REFUSED = (
        "dom0-network-refused",
        "The kernel does not tell its links, addresses or routes (error {number}).",
    )
