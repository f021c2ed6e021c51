"""What is wrong with a value that somebody wrote: in xenstore, on the bus, in a file, on the command line."""

from __future__ import annotations

from qnet_gui.model.messages.code import Code


class ValueCode(Code):
    """About values."""

    NOT_ASCII = "not-ascii", "{value} is not ASCII."
    NOT_PRINTABLE = "not-printable", "{value} has characters that are not printable ASCII."
    TOO_LONG = "too-long", "{value} is longer than {high} characters."
    NOT_A_NUMBER = "not-a-number", "{value} is not a number."
    NUMBER_OUT_OF_RANGE = "number-out-of-range", "{number} is not a number between {low} and {high}."
    NOT_A_DOMAIN_ID = "not-a-domain-id", "{value} is not a domain id."
    DOMAIN_ID_OUT_OF_RANGE = "domain-id-out-of-range", "{number} is not a domain id between {low} and {high}."
    NOT_A_DEVICE_NUMBER = "not-a-device-number", "{value} is not a device number."
    DEVICE_NUMBER_OUT_OF_RANGE = (
        "device-number-out-of-range",
        "{number} is not a device number between {low} and {high}.",
    )
    NOT_A_COUNT = "not-a-count", "{value} is not a count."
    COUNT_OUT_OF_RANGE = "count-out-of-range", "{number} is not a count between {low} and {high}."
    NOT_IPV4 = "not-ipv4", "{value} is not an IPv4 address."
    HAS_NO_IPV4 = "has-no-ipv4", "{value} has no IPv4 address."
    NOT_A_HOST = "not-a-host", "{address} is not the address of a host."
    NOT_A_MAC = "not-a-mac", "{value} is not a MAC address."
    MULTICAST_MAC = "multicast-mac", "{address} is a multicast MAC address."
    NOT_AN_INTERFACE = "not-an-interface", "{value} is not a network interface name."
    NOT_A_DOMAIN_NAME = "not-a-domain-name", "{value} is not a domain name."
    NOT_A_UUID = "not-a-uuid", "{value} is not a UUID."
    NOT_A_VIF = "not-a-vif", "{value} is not a vif name."
    NOT_A_VIF_PATH = "not-a-vif-path", "{value} is not the path of a vif."
    NOT_A_REPAIR = "not-a-repair", "{value} is no repair."
    NOT_A_ROUTE = "not-a-route", "{value} is not a routing table row."
    ROUTE_ADDRESS = "route-address", "{value} has an address that is not one."
    NOT_ROUTE_FLAGS = "not-route-flags", "{value} are not route flags."
    NOT_A_DISPLAY = "not-a-display", "{value} is not a display of this machine."
    NOT_A_COOKIE = "not-a-cookie", "That is not the cookie of a display."
    NOT_A_PCI_ADDRESS = "not-a-pci-address", "{value} is not the address of a PCI device."
    WRONG_VALUE = "wrong-value", "{key} is {value}, which it cannot be."
    NOT_A_NETWORK = "not-a-network", "{value} is not a network such as 10.137.0.0/16."
    NOT_VALID = "not-valid", "{value} is not valid."

    # the configuration
    NOT_TOML = "not-toml", "It is not TOML: {why}."
    SECTION_UNKNOWN = "section-unknown", "{value} is not known; the sections are {names}."
    NOT_A_SECTION = "not-a-section", "{section} must be a section: [{section}]."
    KEY_UNKNOWN = "key-unknown", "{key} is not known; [{section}] has {names}."
    KEY_WRONG = "key-wrong", "{key}: {why}"
    NOT_A_TEXT = "not-a-text", "{key} must be a text in quotes, not {value}."
    NOT_A_POOL = "not-a-pool", "{key}: {value} is not a network such as 10.137.0.0/16."
    POOL_SIZE = "pool-size", "{key}: {pool} must be a network between /8 and /30."
    POOL_EMPTY = "pool-empty", "{key}: {pool} has no addresses for domains."
    NOT_TWO_ADDRESSES = "not-two-addresses", "{key} must be a list of two addresses, not {value}."
    NOT_WHOLE = "not-whole", "{key}: {value} is not a whole number between {low} and {high}."
    NOT_A_LABEL = "not-a-label", "{key}: {value} is no colour of a label; there are {names}."
    NOT_PORTS = "not-ports", "{key} must be a list of up to {high} ports, not {value}."
    NOT_OPEN_PORT = "not-open-port", '{key}: {value} is no port such as "tcp/22" or "udp/5353".'
    NOT_YES_OR_NO = "not-yes-or-no", "{key}: {value} is neither true nor false."
    JSON_ASKS_NOBODY = "json-asks-nobody", "With --json nobody is asked whether it is to be done. To say so: --yes"
    TWO_ON_OUTPUT = (
        "two-on-output",
        "Only one can go to the standard output: JSON, or one picture.",
    )
    NOT_A_SIZE = "not-a-size", "{key}: {value} is no size such as 1024x768, of at most {high} pixels on a side."
    PORT_TWICE = "port-twice", "{key} has a port twice."
    ADDRESSES_NOT_DISTINCT = (
        "addresses-not-distinct",
        "network.gateway and the two of network.dns must be three different addresses.",
    )
    NOT_BY_MACHINE = (
        "not-by-machine",
        'It is written in a way that cannot be changed by machine. Write netvm = "{name}" below [dom0].',
    )
