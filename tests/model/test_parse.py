from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.model import parse
from qnet_gui.model.errors import BadInput

anything = st.one_of(st.binary(max_size=200), st.text(max_size=200))


@pytest.mark.parametrize(
    "parser", [parse.text_of, parse.domid, parse.ipv4, parse.mac, parse.ifname, parse.domain_name, parse.uuid]
)
@given(text=anything)
def test_a_parser_returns_a_value_or_refuses(parser, text):
    try:
        parser(text)
    except BadInput as error:
        assert error.sentence.isascii()
        assert error.sentence.isprintable()
        assert len(error.sentence) < 200


@given(anything)
def test_printable_is_always_short_printable_ascii(untrusted):
    text = parse.printable(untrusted)
    assert len(text) <= parse.TEXT_LIMIT
    assert all(" " <= char <= "~" for char in text)


def test_printable_substitutes_visibly():
    assert parse.printable("Caf\u00e9 \u202e\x1b[31m") == "Caf? ??[31m"
    assert parse.printable("x" * 65) == "x" * 61 + "..."
    assert parse.printable("x" * 64) == "x" * 64


@given(st.integers(0, 0xFFFFFFFF))
def test_ipv4_takes_exactly_the_addresses_of_hosts(number):
    address = IPv4Address(number)
    first = number >> 24
    if number == 0 or first == 127 or first >= 224:
        with pytest.raises(BadInput):
            parse.ipv4(str(address))
    else:
        assert parse.ipv4(str(address).encode()) == address


@pytest.mark.parametrize(
    "bad", ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", " 1.2.3.4", "1.2.3.4\n", "::1", "１.2.3.4"]
)
def test_ipv4_refuses(bad):
    with pytest.raises(BadInput):
        parse.ipv4(bad)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (b"10.137.0.5", "10.137.0.5"),
        (b"10.137.0.5 fd09:24ef:4179::a89:5", "10.137.0.5"),  # as libvirt writes a dual-stack domain's
        (b"fd09:24ef:4179::a89:5 10.137.0.5", "10.137.0.5"),
        ("10.137.0.5 10.137.0.6", "10.137.0.5"),
        (b" 10.137.0.5  ::1 ", "10.137.0.5"),
    ],
)
def test_the_first_ipv4_address_of_a_vif_counts(text, first):
    assert str(parse.addresses(text)[0]) == first


@pytest.mark.parametrize(
    "text",
    [
        b"", b" ", b"fd09::5", b"nonsense", b"10.137.0.5 nonsense", b"10.137.0.5,fd09::5", b"10.137.0.5/24",
        b"10.137.0.5 224.0.0.1", b"10.137.0.5 \xff", b"10.137.0.5\n", b"10.137.0.5 " * 100,
    ],
)  # fmt: skip
def test_what_is_no_list_of_addresses_is_refused_as_a_whole(text):
    with pytest.raises(BadInput):
        parse.addresses(text)


def test_mac_takes_capitals_and_refuses_multicast():
    assert parse.mac("00:16:3E:5E:6C:00") == "00:16:3e:5e:6c:00"
    for bad in ("01:16:3e:5e:6c:00", "00:16:3e:5e:6c", "00-16-3e-5e-6c-00", "00:16:3e:5e:6c:0g"):
        with pytest.raises(BadInput):
            parse.mac(bad)


@pytest.mark.parametrize("bad", ["01", "-1", "+1", "1 ", "", "0x1", "32752", "99999999999"])
def test_domid_refuses(bad):
    with pytest.raises(BadInput):
        parse.domid(bad)


def test_domid_takes_all_that_xen_gives():
    assert parse.domid("0") == 0
    assert parse.domid(b"32751") == 32751


@pytest.mark.parametrize(
    "bad", ["", ".", "..", "a/b", "a b", "a" * 16, "-eth0", "eth0\n", "k\xfcche", "#1", "<b>", "&a"]
)
def test_ifname_refuses(bad):
    with pytest.raises(BadInput):
        parse.ifname(bad)


@pytest.mark.parametrize("sign", "*\"';{$\\:%`")
def test_ifname_refuses_signs_that_mean_something(sign):
    with pytest.raises(BadInput):
        parse.ifname(f"a{sign}b")


@pytest.mark.parametrize("name", ["eth0", "wlp0s20f3", "eth0.100", "br-lan", "wan#1", "ppp+", "tun@home", "a~b=c,d!e^"])
def test_ifname_takes_what_links_are_called(name):
    assert parse.ifname(name) == parse.ifname(name.encode()) == name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("eth0", "eth0"),
        ("wl\xe4n(1)", "wl_n_1_"),
        ('a"b;{', "a_b__"),
        ("-x", "_x"),
        (".", "_"),
        ("", "_"),
        ("k" * 20, "k" * 15),
    ],
)
def test_a_link_is_named_whatever_it_is_called(name, plain):
    assert parse.ifname(parse.plain_ifname(name)) == plain


def test_what_an_outsider_wrote_is_shown_cut_and_quoted():
    assert parse.shown("a\nb") == r"'a\nb'"
    assert len(parse.shown("x" * 1000)) == 80
