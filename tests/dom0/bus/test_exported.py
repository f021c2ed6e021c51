"""An object of two interfaces on a bus of the test's own: who is asked what, and in which order. No root, no lab."""

from __future__ import annotations

import subprocess
import time

import dbus
import pytest
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

from qnet_gui.dom0.bus.declare import ANYONE, method
from qnet_gui.dom0.bus.emitter import Emitter
from qnet_gui.dom0.bus.exported import Exported
from qnet_gui.dom0.bus.interface import DeclaredObject, Interface, Property, Signal
from qnet_gui.dom0.bus.introspect import INTROSPECTABLE, PROPERTIES
from qnet_gui.dom0.bus.users import Users
from qnet_gui.model.errors import Busy, NotAuthorised
from qnet_gui.model.messages.plain import plain
from qnet_gui.runtime.dbus_service import leave_bus

PATH, NAME = "/org/qnet/Test1", "org.qnet.Test1"


class Bell(Interface):
    signals = (Signal("Rung", "It rang.", {"times": "u"}),)
    properties = (Property("Times", "u", "How often it rang."),)

    def __init__(self, events, emitter, users):
        self.events = events
        self.emitter = emitter
        self.users = users
        self.times = 0
        self.later = []

    def may_ring(self, times):
        self.events.append("first")
        if times > 9:
            raise Busy(plain("It is worn out."))

    @method("Ring", action="org.qnet.ring", takes="u", gives={"times": "u", "who": "s"}, first=may_ring)
    def ring(self, call, times):
        """Ring so often."""
        self.events.append("ring")
        self.times += times
        self.emitter.emit("Rung", times)
        self.emitter.properties_changed({"Times": dbus.UInt32(self.times)})
        self.users.at_once(call, lambda name: call.reply(self.times, name))

    def read_properties(self, done):
        self.events.append("read bell")
        self.later.append(lambda: done({"Times": dbus.UInt32(self.times)}))


class Lamp(Interface):
    properties = (Property("Lit", "b", "Whether it is lit."),)

    def __init__(self, events):
        self.events = events

    @method("Break", action=ANYONE)
    def break_it(self, call):
        raise ZeroDivisionError("secret")

    def read_properties(self, done):
        self.events.append("read lamp")
        done({"Lit": dbus.Boolean(True)})


class Authority:
    """Instead of polkit."""

    def __init__(self, events):
        self.events = events
        self.answer = None

    def check(self, caller, question, answer):
        self.events.append(question.action)
        answer(self.answer)


class Bench:
    """The object, and a caller of it."""

    def __init__(self, address):
        self.events = []
        self.address = address
        self.ours, self.caller = self.connect(), self.connect()
        ours = self.ours
        self.name = ours.get_unique_name()
        declared = DeclaredObject(PATH, NAME, (Bell, Lamp))
        self.bell = Bell(self.events, Emitter(ours, declared), Users(lambda then: then()))
        self.authority = Authority(self.events)
        self.ready = []
        Exported(ours, self.authority, declared, (self.bell, Lamp(self.events)), self.ready.append)

    def connect(self):
        connection = dbus.bus.BusConnection(self.address, mainloop=DBusGMainLoop())
        connection.set_exit_on_disconnect(False)
        return connection

    def close(self):
        leave_bus(self.caller)
        leave_bus(self.ours)

    def spin(self, ready):
        until = time.monotonic() + 5
        while not ready():
            assert time.monotonic() < until, self.events
            GLib.MainContext.default().iteration(False)

    def ask(self, member, signature="", *arguments, interface=NAME):
        answers = []
        self.caller.call_async(
            self.name, PATH, interface, member, signature, arguments, lambda *values: answers.append(values),
            answers.append,
        )  # fmt: skip
        return answers

    def call(self, *what, **options):
        answers = self.ask(*what, **options)
        self.spin(lambda: answers or self.ready or self.bell.later)
        while self.ready or self.bell.later:
            (self.ready or self.bell.later).pop()()
        self.spin(lambda: answers)
        return answers[0]


@pytest.fixture
def bench(tmp_path):
    address = f"unix:path={tmp_path}/bus"
    config = tmp_path / "bus.conf"
    config.write_text(
        f"<busconfig><type>system</type><listen>{address}</listen><auth>EXTERNAL</auth><policy context='default'>"
        "<allow send_destination='*'/><allow own='*'/><allow receive_sender='*'/></policy></busconfig>"
    )
    with subprocess.Popen(
        ["/usr/bin/dbus-daemon", "--nofork", f"--config-file={config}", "--print-address"], stdout=subprocess.PIPE
    ) as daemon:
        daemon.stdout.readline()  # it listens
        made = Bench(address)
        yield made
        made.close()
        daemon.terminate()


def test_a_call_is_judged_then_asked_about_then_done(bench):
    times, who = bench.call("Ring", "u", 2)
    assert (times, bench.events) == (2, ["first", "org.qnet.ring", "ring"])
    assert who


def test_nothing_is_judged_before_enough_is_known(bench):
    answers = bench.ask("Ring", "u", 2)
    bench.spin(lambda: bench.ready)
    assert (answers, bench.events) == ([], [])
    bench.ready.pop()()
    bench.spin(lambda: answers)
    assert answers[0][0] == 2


def test_what_is_in_vain_is_refused_before_anybody_is_asked(bench):
    assert bench.call("Ring", "u", 10).get_dbus_name() == "org.qnet.Error.Busy"
    assert bench.events == ["first"]


def test_a_no_is_a_no(bench):
    bench.authority.answer = NotAuthorised(plain("No."))
    assert bench.call("Ring", "u", 2).get_dbus_name() == "org.qnet.Error.NotAuthorised"
    assert bench.events == ["first", "org.qnet.ring"]
    assert bench.bell.times == 0


def test_the_properties_of_all_interfaces_are_read_together(bench):
    assert bench.call("GetAll", "s", NAME, interface=PROPERTIES) == ({"Times": 0, "Lit": True},)
    assert bench.events == ["read bell", "read lamp"]


@pytest.mark.parametrize(("name", "value", "event"), [("Times", 0, "read bell"), ("Lit", True, "read lamp")])
def test_one_property_is_read_from_its_interface_only(bench, name, value, event):
    assert bench.call("Get", "ss", NAME, name, interface=PROPERTIES) == (value,)
    assert bench.events == [event]


def test_signals_say_what_is_declared(bench):
    received = []
    for interface, name in ((NAME, "Rung"), (PROPERTIES, "PropertiesChanged")):
        bench.caller.add_signal_receiver(lambda *values: received.append(values), name, interface, bench.name, PATH)
    bench.caller.get_name_owner("org.freedesktop.DBus")  # an answer of the bus: the matches are in force
    bench.call("Ring", "u", 3)
    bench.spin(lambda: len(received) == 2)
    assert received == [(3,), (NAME, {"Times": 3}, [])]


def test_a_failure_is_told_without_its_secrets(bench, log_guard):
    log_guard.expect("unexpected")
    error = bench.call("Break")
    assert error.get_dbus_name() == "org.qnet.Error.Failed"
    assert "secret" not in error.get_dbus_message()


def test_introspection_has_everything_in_one_interface(bench):
    (text,) = bench.call("Introspect", interface=INTROSPECTABLE)
    own = text[text.index(f'<interface name="{NAME}">') :]
    for line in (
        '<method name="Break">', '<arg name="times" type="u" direction="in"/>',
        '<arg name="who" type="s" direction="out"/>', '<signal name="Rung">', '<arg name="times" type="u"/>',
        '<property name="Lit" type="b" access="read"/>', '<property name="Times" type="u" access="read"/>',
    ):  # fmt: skip
        assert line in own
