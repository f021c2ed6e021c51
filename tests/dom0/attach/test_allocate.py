from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qnet_gui.dom0.attach.allocator import Allocator
from qnet_gui.model.config import Config
from qnet_gui.model.errors import QnetError, Refused

SMALL = replace(Config(), pool=IPv4Network("10.137.0.0/29"), gateway=IPv4Address("10.137.0.1"))
#: .2 to .6 of the small pool
ROOM = 5


def uuid(number):
    return f"00000000-0000-4000-8000-{number:012}"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "addresses.json"


def test_an_address_is_kept_over_restarts(path):
    first = Allocator(SMALL, path).address(uuid(1), set(), set())
    assert first == IPv4Address("10.137.0.2")
    again = Allocator(SMALL, path)
    assert again.address(uuid(2), set(), set()) == IPv4Address("10.137.0.3")
    assert again.address(uuid(1), set(), set()) == first
    assert oct(path.stat().st_mode & 0o777) in ("0o644", "0o600")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 9), st.sets(st.integers(0, 7), max_size=3)), max_size=12))
def test_nobody_gets_what_somebody_has(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("state") / "a.json"
    alive: dict[str, IPv4Address] = {}
    for number, in_use in steps:
        others = {IPv4Address("10.137.0.0") + offset for offset in in_use}
        try:
            address = Allocator(SMALL, path).address(uuid(number), others, set(alive))
        except Refused:
            continue
        alive.pop(uuid(number), None)
        assert address in SMALL.pool
        assert address not in others
        assert address not in (SMALL.gateway, *SMALL.dns, SMALL.pool[0], SMALL.pool[-1])
        assert address not in alive.values()
        alive[uuid(number)] = address


def test_a_full_pool_gives_the_oldest_that_is_not_alive_and_else_nothing(path):
    allocator = Allocator(SMALL, path)
    given_ = [allocator.address(uuid(number), set(), set()) for number in range(ROOM)]
    assert len(set(given_)) == ROOM
    assert allocator.address(uuid(77), set(), {uuid(0)}) == given_[1]
    with pytest.raises(Refused, match=r"10\.137\.0\.0/29"):
        allocator.address(uuid(78), set(), {uuid(number) for number in (0, 2, 3, 4, 77)})


def test_what_another_has_meanwhile_is_not_given_again(path):
    allocator = Allocator(SMALL, path)
    first = allocator.address(uuid(1), set(), set())
    assert allocator.address(uuid(1), {first}, set()) != first


def test_a_new_configuration_gives_new_addresses(path):
    Allocator(SMALL, path).address(uuid(1), set(), set())
    other = replace(SMALL, pool=IPv4Network("10.2.0.0/24"))
    assert Allocator(other, path).address(uuid(1), set(), set()) in other.pool


@pytest.mark.parametrize("text", ["", "[]", "{", "7", "null", "\0"])
def test_a_file_that_cannot_be_read_is_an_error_and_no_end(path, text, log_guard):
    log_guard.expect("cannot be read, addresses are given anew")
    path.parent.mkdir()
    path.write_text(text)
    address = Allocator(SMALL, path).address(uuid(1), set(), set())
    assert json.loads(path.read_text()) == {uuid(1): str(address)}


@pytest.mark.parametrize(
    "wrong", [{uuid(3): 7}, {"x": "10.137.0.6"}, {uuid(3): "10.137.0.999"}, {uuid(3): None}, {uuid(3): ["10.137.0.6"]}]
)
def test_an_entry_that_is_none_costs_nobody_else_his_address(path, wrong, log_guard):
    """Running domains were given others than they have."""
    log_guard.expect("is no address of a domain")
    path.parent.mkdir()
    path.write_text(json.dumps({uuid(1): "10.137.0.5", **wrong, uuid(2): "10.137.0.4"}))
    allocator = Allocator(SMALL, path)
    assert [str(allocator.address(uuid(number), set(), set())) for number in (2, 1)] == ["10.137.0.4", "10.137.0.5"]


@pytest.mark.parametrize("first", [1, 2])
def test_an_address_that_two_have_in_the_file_is_the_firsts(path, first, log_guard):
    """Somebody has copied a line; both were given it."""
    log_guard.expect("is no address of a domain")
    path.parent.mkdir()
    path.write_text(json.dumps({uuid(1): "10.137.0.5", uuid(2): "10.137.0.5"}))
    allocator = Allocator(SMALL, path)
    given_ = {number: str(allocator.address(uuid(number), set(), set())) for number in (first, 3 - first)}
    assert given_[1] == "10.137.0.5"
    assert given_[2] != "10.137.0.5"


def test_a_disk_that_cannot_be_written(path, log_guard):
    log_guard.expect("cannot be read, addresses are given anew")
    path.parent.write_text("a file where the folder should be")
    with pytest.raises(QnetError, match="cannot be written"):
        Allocator(SMALL, path).address(uuid(1), set(), set())
