"""Dataclasses as plain data and back, strictly."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, fields, replace
from ipaddress import IPv4Address

import pytest

from qnet_gui.model.errors import BadInput
from qnet_gui.model.wire.codec import decode, encode


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Inner:
    address: IPv4Address
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outer:
    on: bool
    count: int
    word: str
    colour: Colour
    address: IPv4Address | None
    servers: tuple[IPv4Address, ...]
    inner: Inner
    several: tuple[Inner, ...]


ADDRESS, OTHER = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")
VALUE = Outer(True, 7, "w", Colour.RED, None, (ADDRESS, OTHER), Inner(ADDRESS, ("a",)), (Inner(OTHER), Inner(ADDRESS)))
WIRE = {
    "on": True, "count": 7, "word": "w", "colour": "red", "address": "", "servers": ["10.0.0.1", "10.0.0.2"],
    "inner": {"address": "10.0.0.1", "names": ["a"]},
    "several": [{"address": "10.0.0.2", "names": []}, {"address": "10.0.0.1", "names": []}],
}  # fmt: skip


def test_there_and_back():
    assert encode(VALUE) == WIRE
    assert list(encode(VALUE)) == [field.name for field in fields(Outer)]
    assert decode(Outer, WIRE) == VALUE
    assert decode(Outer, json.loads(json.dumps(WIRE))) == VALUE
    with_address = replace(VALUE, address=ADDRESS)
    assert decode(Outer, encode(with_address)) == with_address


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("on", 1), ("on", "true"), ("on", None), ("count", True), ("count", "7"), ("count", 7.0), ("word", 7),
        ("word", ["w"]), ("colour", "green"), ("colour", ["red"]), ("colour", None), ("address", 167772161),
        ("address", "10.0.0"), ("address", None), ("servers", "10.0.0.1"), ("servers", [""]), ("servers", [167772161]),
        ("servers", ("10.0.0.1",)), ("inner", []), ("inner", {"address": "10.0.0.1"}), ("several", {}),
        ("inner", {"address": "10.0.0.1", "names": "ab"}), ("several", [{"address": "", "names": []}]),
    ],
)  # fmt: skip
def test_what_is_of_another_type_is_bad_input_that_says_where(key, wrong):
    with pytest.raises(BadInput, match=f"^{key}"):
        decode(Outer, {**WIRE, key: wrong})


@pytest.mark.parametrize("key", WIRE)
def test_a_missing_key_is_bad_input(key):
    with pytest.raises(BadInput, match=f"^{key} is 'missing'"):
        decode(Outer, {name: value for name, value in WIRE.items() if name != key})


def test_a_further_key_is_passed_over():
    assert decode(Outer, {**WIRE, "from-the-future": 1}) == VALUE


@pytest.mark.parametrize("wire", [None, [], "x", 7])
def test_what_is_no_record_is_bad_input(wire):
    with pytest.raises(BadInput, match="Outer"):
        decode(Outer, wire)


@dataclass(frozen=True)
class Unknown:
    ratio: float


def test_a_type_that_has_no_form_is_a_mistake_at_once():
    with pytest.raises(TypeError, match="float"):
        encode(Unknown(0.5))
