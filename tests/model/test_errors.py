from __future__ import annotations

import pytest

from qnet_gui.model import errors
from qnet_gui.model.errors import DBUS_PREFIX, Busy, QnetError, from_dbus
from qnet_gui.model.messages.plain import plain


def test_every_error_finds_back_from_its_name_on_the_bus():
    kinds = [kind for kind in errors.kinds() if kind.__module__.startswith("qnet_gui.model.")]
    assert len({kind.name for kind in kinds}) == len(kinds)
    for kind in kinds:
        error = from_dbus(kind(plain("It is so.")).dbus_name, plain("It is so."))
        assert type(error) is kind
        assert str(error) == error.sentence == "It is so."


@pytest.mark.parametrize("name", ["org.freedesktop.DBus.Error.NoReply", DBUS_PREFIX, DBUS_PREFIX + "Newer", ""])
def test_an_unknown_name_is_a_plain_error(name):
    assert type(from_dbus(name, plain("x"))) is QnetError
    assert Busy(plain("x")).dbus_name == "org.qnet.Error.Busy"
