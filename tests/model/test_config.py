from __future__ import annotations

import contextlib
import os
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.model.config import Config, OpenPort, load, parse
from qnet_gui.model.domain import Label
from qnet_gui.model.errors import BadInput
from qnet_gui.model.netvm_screen.screen import Geometry

WHOLE = """
[network]
pool = "10.2.0.0/16"
gateway = "10.2.0.1"
dns = ["10.2.255.1", "10.2.255.2"]
[dom0]
netvm = "sys-net"
minutes = 30
ports = [80, 8080]
screen = "800x600"
[netvm]
open = ["tcp/22", "udp/5353", "tcp/22"]
local_resolver = true
connections = 500
flow_table = false
[labels]
work = "blue"
"my.vault" = "black"
"""


def test_all_of_it():
    dns = (IPv4Address("10.2.255.1"), IPv4Address("10.2.255.2"))
    assert parse(WHOLE) == Config(
        IPv4Network("10.2.0.0/16"), IPv4Address("10.2.0.1"), dns, "sys-net", 30, (80, 8080),
        (OpenPort("tcp", 22), OpenPort("udp", 5353)), True, 500, False,
        (("work", Label.BLUE), ("my.vault", Label.BLACK)), Geometry(800, 600),
    )  # fmt: skip


def test_nothing_means_the_defaults(tmp_path):
    assert parse("") == parse("[network]\n[dom0]\n") == load(tmp_path / "none.toml") == Config()


@pytest.mark.parametrize("page", ["qnet-helper.8", "qnet-agent.8"])
def test_the_manuals_have_the_defaults(page):
    text = (Path(__file__).parents[2] / "desktop/man" / page).read_text(encoding="utf-8")
    shown = text.partition("hold, which are:")[2].partition(".nf\n")[2].partition(".fi\n")[0]
    assert len(shown.splitlines()) > 4
    assert parse(shown.replace("\\-", "-")) == Config()


@pytest.mark.parametrize("name", ["dom0", "Domain-0"])
def test_dom0_has_one_name_whatever_it_is_called(name):
    """On the map, in problems and in cures it is told by that."""
    assert parse(f"[dom0]\nnetvm = '{name}'").netvm == "dom0"


def test_dom0_may_be_given_no_port_at_all_and_as_many_as_there_may_be():
    assert parse("[dom0]\nports = []").ports == ()
    assert parse(f"[dom0]\nminutes = 1440\nports = {list(range(1, 17))}").ports == tuple(range(1, 17))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("netvm = 'x'", "netvm"),
        ("[dom0]\nscreen = 800", "dom0.screen"),
        ("[dom0]\nscreen = '800'", "dom0.screen"),
        ("[dom0]\nscreen = '800x'", "dom0.screen"),
        ("[dom0]\nscreen = '800x600x4'", "dom0.screen"),
        ("[dom0]\nscreen = '0x600'", "dom0.screen"),
        ("[dom0]\nscreen = '800x4097'", "dom0.screen"),
        ("[dom0]\nscreen = '-1x600'", "dom0.screen"),
        ("[dom0]\nnetwm = 'x'", "dom0.netwm"),
        ("[dom1]", "dom1"),
        ("dom0 = 1", "dom0"),
        ("labels = 'red'", "labels"),
        ("[labels]\nwork = 'pink'", "labels.work"),
        ("[labels]\nwork = ''", "labels.work"),
        ("[labels]\nwork = 3", "labels.work"),
        ("[labels]\n'a b' = 'red'", "labels"),
        ("[labels]\nwork.deep = 'red'", "labels.work"),
        ("[dom0]\nnetvm = 3", "dom0.netvm"),
        ("[dom0]\nnetvm = '../x'", "dom0.netvm"),
        ("[network]\ngateway = '10.137.0.0.1'", "network.gateway"),
        ("[network]\ngateway = '127.0.0.1'", "network.gateway"),
        ("[network]\ndns = '10.139.1.1'", "network.dns"),
        ("[network]\ndns = ['10.139.1.1']", "network.dns"),
        ("[network]\ndns = ['10.139.1.1', '10.139.1.1']", "network.dns"),
        ("[network]\ndns = ['10.139.1.1', 7]", "network.dns"),
        ("[network]\ngateway = '10.139.1.1'", "network.gateway"),
        ("[network]\npool = '10.137.0.1/16'", "network.pool"),
        ("[network]\npool = '10.137.0.0/31'", "network.pool"),
        ("[network]\npool = '0.0.0.0/0'", "network.pool"),
        ("[network]\npool = '224.0.0.0/8'", "network.pool"),
        ("[network]\npool = 7", "network.pool"),
        ("[dom0]\nminutes = 0", "dom0.minutes"),
        ("[dom0]\nminutes = 1441", "dom0.minutes"),
        ("[dom0]\nminutes = true", "dom0.minutes"),
        ("[dom0]\nminutes = 1.5", "dom0.minutes"),
        ("[dom0]\nminutes = '60'", "dom0.minutes"),
        ("[dom0]\nports = 80", "dom0.ports"),
        ("[dom0]\nports = [0]", "dom0.ports"),
        ("[dom0]\nports = [80, 65536]", "dom0.ports"),
        ("[dom0]\nports = [80, false]", "dom0.ports"),
        ("[dom0]\nports = [80, 443, 80]", "twice"),
        (f"[dom0]\nports = {list(range(1, 18))}", "up to 16"),
        ("[netvm]\nopen = 'tcp/22'", "netvm.open"),
        ("[netvm]\nopen = [22]", "netvm.open"),
        ("[netvm]\nopen = ['icmp/1']", "netvm.open"),
        ("[netvm]\nopen = ['tcp/0']", "netvm.open"),
        ("[netvm]\nopen = ['tcp/65536']", "netvm.open"),
        ("[netvm]\nopen = ['tcp/22 accept']", "netvm.open"),
        ("[netvm]\nopen = ['tcp/²']", "netvm.open"),
        (f"[netvm]\nopen = {[f'tcp/{port}' for port in range(1, 18)]}", "up to 16"),
        ("[netvm]\nlocal_resolver = 1", "netvm.local_resolver"),
        ("[netvm]\nflow_table = 'no'", "netvm.flow_table"),
        ("[netvm]\nconnections = 0", "netvm.connections"),
        ("[network", "TOML"),
        ("a = " + "[" * 100_000, "TOML"),
        ("[dom0]\nminutes = " + "9" * 5000, "TOML"),
        ("[network]\npool = '0.0.0.0/8'", "no addresses"),
    ],
)
def test_what_is_wrong_is_named(text, word, tmp_path):
    with pytest.raises(BadInput, match=word):
        parse(text)
    path = tmp_path / "qnet.toml"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"qnet\.toml: "):
        load(path)


@given(st.text(max_size=80))
def test_no_text_breaks_the_parser(text):
    with contextlib.suppress(BadInput):
        parse(text)


def test_a_file_may_begin_as_some_editors_have_it(tmp_path):
    (tmp_path / "qnet.toml").write_bytes(b"\xef\xbb\xbf[dom0]\r\nminutes = 5\r\n")
    assert load(tmp_path / "qnet.toml").minutes == 5


def test_what_is_no_file_is_told_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, why in (("pipe", "not a file"), ("device", "not a file"), ("loop", "symbolic links")):
        with pytest.raises(BadInput, match=f"cannot be read: .*{why}"):
            load(tmp_path / name)


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "latin1").write_bytes(b"# caf\xe9")
    with pytest.raises(BadInput, match="UTF-8"):
        load(tmp_path / "latin1")
