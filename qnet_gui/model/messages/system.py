"""What programs, files, the kernel and xenstore refuse."""

from __future__ import annotations

from qnet_gui.model.messages.code import Code


class SystemCode(Code):
    """About this system."""

    # files
    FILE_UNREADABLE = "file-unreadable", "{path} cannot be read: {why}."
    FILE_CIRCULAR = "file-circular", "{path} cannot be read: its links go in a circle."
    FILE_NOT_UTF8 = "file-not-utf8", "{path} cannot be read: it is not UTF-8."
    FILE_NOT_ONE = "file-not-one", "{path} cannot be read: it is not a file."
    FILE_WRONG = "file-wrong", "{path}: {why}"
    FILE_CHANGED = "file-changed", "{path} has been changed meanwhile, so it is left as it is."
    FILE_UNWRITABLE = "file-unwritable", "{path} cannot be written: {why}."
    FILE_NOT_MADE = "file-not-made", "{path} cannot be made: {why}."
    FILE_NOT_REMOVED = "file-not-removed", "{path} cannot be removed: {why}."
    FILE_NOT_KEPT = "file-not-kept", "{path} cannot be kept: {why}."
    FILE_NOT_PUT_BACK = "file-not-put-back", "{path} cannot be put back: {why}."

    # programs
    PROGRAM_SLOW = "program-slow", "{program} did not end within {seconds} s."
    PROGRAM_NOT_RUN = "program-not-run", "{program} cannot be run: {why}."
    PROGRAM_FAILED = "program-failed", "{program} failed: {why}."
    PROGRAM_FAILED_SILENTLY = "program-failed-silently", "{program} failed: status {number}."
    PROGRAM_MISSING = "program-missing", "{program} is not installed here."
    FOR_ROOT = "for-root", "It must run as root ({why})."

    # systemd
    NO_SYSTEMD = "no-systemd", "systemd does not run here, so {name} cannot be started by it."
    UNIT_NOT_STARTED = "unit-not-started", "{name} was not started: {why}"

    # the kernel
    NFT_REFUSED = "nft-refused", "nftables refused a change: {value}."
    SETTING_REFUSED = "setting-refused", "The kernel setting net/{setting} cannot be set: {why}."
    SETTINGS_NOT_WATCHED = "settings-not-watched", "The kernel settings cannot be watched: {why}."
    NETLINK_EVENTS_LOST = "netlink-events-lost", "Netlink events cannot be read: {why}."
    NO_LINK = "no-link", "There is no link {interface}."
    NO_INTERFACE_CARD = "no-interface-card", "There is no {interface}."
    KERNEL_TELL_LINK = "kernel-tell-link", "The kernel refused to tell a link: {why}."
    KERNEL_TELL_ROUTE = "kernel-tell-route", "The kernel refused to tell a route: {why}."
    KERNEL_TELL_TRAFFIC = "kernel-tell-traffic", "The kernel does not tell how much goes through its links: {why}."
    KERNEL_SET_MTU = "kernel-set-mtu", "The kernel refused to set an MTU: {why}."
    KERNEL_TELL_MTU = "kernel-tell-mtu", "The kernel refused to tell an MTU: {why}."
    KERNEL_LINK_UP = "kernel-link-up", "The kernel refused to set a link up: {why}."
    KERNEL_LINK_DOWN = "kernel-link-down", "The kernel refused to set a link down: {why}."
    KERNEL_SERVE_LINK = "kernel-serve-link", "The kernel refused to serve a link: {why}."
    KERNEL_ADD_ADDRESS = "kernel-add-address", "The kernel refused to add an address: {why}."
    KERNEL_REMOVE_ADDRESS = "kernel-remove-address", "The kernel refused to remove an address: {why}."
    KERNEL_REMOVE_ROUTE = "kernel-remove-route", "The kernel refused to remove a route: {why}."
    KERNEL_OWN_ROUTES = "kernel-own-routes", "The kernel refused a change of the routes to domains: {why}."
    KERNEL_RULES = "kernel-rules", "The kernel refused a change of its routing rules: {why}."
    KERNEL_DEFAULT_ROUTE = "kernel-default-route", "The kernel refused to set the default route: {why}."

    # xenstore
    STORE_MISSING = "store-missing", "There is no xenstore here: neither {path} nor {device} exists."
    STORE_UNREACHABLE = "store-unreachable", "xenstore at {path} cannot be reached: {why}."
    STORE_NOT_CONNECTED = "store-not-connected", "xenstore is not connected."
    STORE_SLOW = "store-slow", "xenstore did not answer within {seconds} s."
    STORE_LOST = "store-lost", "xenstore dropped the connection ({why})."
    STORE_TOO_LONG = "store-too-long", "xenstore sent a message that is too long."
    STORE_NOT_ASKED = "store-not-asked", "xenstore answered a request that was not asked."
    STORE_DENIED = "store-denied", "xenstore refused {path}: {why}."
    STORE_FAILED_AT = "store-failed-at", "xenstore failed at {path}: {why}."
    STORE_FAILED = "store-failed", "xenstore failed: {value}."
    STORE_NOT_ASCII = "store-not-ascii", "{path} or its value cannot be stored: it is not ASCII."
    STORE_RESTLESS = "store-restless", "{path} in xenstore changes too fast to be listed."
    STORE_TOO_BUSY = "store-too-busy", "xenstore is too busy: a transaction failed again and again."
    STORE_NO_NODE = "store-no-node", "{path} or the domain it is for does not exist."

    # displays
    NO_DISPLAY = "no-display", "There is no display; start this where DISPLAY is set."
    NO_X_DISPLAY = "no-x-display", "This session has no X display on which nm-applet could be shown."
    DISPLAY_UNREACHABLE = "display-unreachable", "The display cannot be reached: {why}"
    TRAY_THERE = "tray-there", "This display has a tray already."
    TRAY_QUICKER = "tray-quicker", "Another tray was quicker."
    ICONS_MISSING = "icons-missing", "The icons of qnet are not installed; looked in {names}."
