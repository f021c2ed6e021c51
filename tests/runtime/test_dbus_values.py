"""What is published comes back as it was, in types that any binding takes apart."""

from __future__ import annotations

import dbus
import pytest

from qnet_gui.runtime.dbus_values import plain, typed

VALUES = [True, False, 0, -1, 2**40, 0.5, -3.25, "text", "", [], {}, [1, 0.5, [True]], {"a": {"b": [1.5]}}]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_comes_back_with_its_type(value: object) -> None:
    back = plain(typed(value))
    assert back == value
    assert type(back) is type(value)


def test_containers_are_of_variants() -> None:
    assert typed({"a": 1.5}).signature == "sv"
    assert typed([1, "a"]).signature == "v"
    assert isinstance(typed(1.5), dbus.Double)
