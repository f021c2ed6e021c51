"""Who may do what: the declarations, the shipped policy, and the real polkitd's answers to real people."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ElementTree

import dbus
import dbus.service
import pytest
from callers import Person
from flooding import flood
from helper_dom0 import eventually
from polkit_box import ACTIVE, INACTIVE, NOBODY, ROOT

from qnet_gui.dom0.bus.declare import ANYONE, error_reply, method
from qnet_gui.dom0.bus.exported import Exported
from qnet_gui.dom0.bus.interface import DeclaredObject, Interface, Property, Signal
from qnet_gui.dom0.bus.polkit import refusal
from qnet_gui.dom0.helper import HELPER
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.store import keys

POLICY = ROOT / "desktop/polkit/org.qnet.policy"


# -- declarations


def test_a_method_cannot_be_declared_without_an_action():
    with pytest.raises(TypeError, match="action"):

        class _Forgotten(Interface):
            @method("Dangerous")
            def dangerous(self, call): ...


@pytest.mark.parametrize("action", ["", "org.other.thing", "everyone", "org.qnet.", None])
def test_an_action_that_is_none_of_ours_does_not_import(action):
    with pytest.raises(TypeError):

        class _Wrong(Interface):
            @method("Dangerous", action=action)
            def dangerous(self, call): ...


def test_a_method_of_another_kind_does_not_import():
    with pytest.raises(TypeError, match="without a declared action"):

        class _Foreign(Interface):
            @dbus.service.method("org.qnet.Helper1")
            def dangerous(self): ...

    with pytest.raises(TypeError, match="without a declared action"):

        class _Bare(Interface):
            def Dangerous(self, call): ...  # noqa: N802


def test_methods_of_bases_count_whatever_the_bases_are():
    """Those of ours and others; without an action they do not import from there either."""

    class _Plain:
        @method("Plain", action="org.qnet.plain")
        def plain(self, call): ...

    class _Ours(Interface):
        @method("Ours", action="org.qnet.ours")
        def ours(self, call): ...

    class _Both(_Ours, _Plain):
        def ours(self, call): ...

    assert {name: declared.action for name, (declared, _) in _Both.methods.items()} == {
        "Plain": "org.qnet.plain", "Ours": "org.qnet.ours",
    }  # fmt: skip

    class _Bare:
        def Dangerous(self, call): ...  # noqa: N802

    class _Foreign:
        @dbus.service.method("org.qnet.Helper1")
        def dangerous(self): ...

    for base in (_Bare, _Foreign):
        with pytest.raises(TypeError, match="without a declared action"):
            type("_Careless", (Interface, base), {})


def test_a_name_or_a_handler_cannot_be_taken_over_by_another_class():
    """Else the action of one would guard what the other does."""

    class _Guarded(Interface):
        @method("Act", action="org.qnet.act")
        def act(self, call): ...

    class _Open(Interface):
        @method("Act", action=ANYONE)
        def deed_too(self, call): ...

    with pytest.raises(TypeError, match="twice"):

        class _Both(_Guarded, _Open): ...

    with pytest.raises(TypeError, match="hides"):

        class _Hiding(_Guarded):
            @method("Other", action=ANYONE)
            def act(self, call): ...


def declared_object(*interfaces):
    return DeclaredObject("/org/qnet/Test1", "org.qnet.Test1", interfaces)


def test_two_interfaces_of_an_object_declare_nothing_twice():
    """Else it would be chance which of the two answers, and whose action guards it."""

    class _Guarded(Interface):
        signals = (Signal("Rung", "It rang.", {}),)
        properties = (Property("Volume", "u", "How loud."),)

        @method("Act", action="org.qnet.act")
        def act(self, call): ...

    class _Open(Interface):
        @method("Act", action=ANYONE)
        def act(self, call): ...

    class _Ringing(Interface):
        signals = (Signal("Rung", "It rang too.", {"times": "u"}),)

    class _Loud(Interface):
        properties = (Property("Volume", "s", "How loud, in words."),)

    assert declared_object(_Guarded).methods["Act"].action == "org.qnet.act"
    for other, name in ((_Open, "Act"), (_Ringing, "Rung"), (_Loud, "Volume"), (_Guarded, "Act")):
        with pytest.raises(TypeError, match=f"{name} is declared by this object already"):
            declared_object(_Guarded, other)


def test_an_object_has_exactly_the_interfaces_that_it_declares():
    """An heir could answer by another action than is declared, and one that is missing would not answer at all."""

    class _Plain(Interface):
        @method("Act", action="org.qnet.act")
        def act(self, call): ...

    class _Heir(_Plain):
        @method("More", action=ANYONE)
        def more(self, call): ...

    class _Connection:
        filters = ()

        def add_message_filter(self, one):
            self.filters = (*self.filters, one)

    connection, declared = _Connection(), declared_object(_Plain)
    for interfaces in ([], [_Heir()], [_Plain(), _Plain()]):
        with pytest.raises(TypeError, match="other interfaces"):
            Exported(connection, None, declared, interfaces, lambda then: then())
    assert not connection.filters
    Exported(connection, None, declared, [_Plain()], lambda then: then())
    assert len(connection.filters) == 1


@pytest.mark.parametrize("gives", [{"both": "us"}, {"none": ""}])
def test_every_result_has_a_name_and_one_type(gives):
    with pytest.raises(TypeError, match="one type"):

        class _Unfit(Interface):
            @method("Fine", action=ANYONE, gives=gives)
            def fine(self, call): ...


def test_a_signature_that_does_not_fit_does_not_import():
    with pytest.raises(TypeError, match="does not fit"):

        class _Unfit(Interface):
            @method("Fine", action=ANYONE, takes="ss")
            def fine(self, call, one): ...


def test_a_name_is_declared_once():
    with pytest.raises(TypeError, match="twice"):

        class _Twice(Interface):
            @method("Fine", action=ANYONE)
            def fine(self, call): ...

            @method("Fine", action=ANYONE)
            def fine_too(self, call): ...


def test_the_policy_has_exactly_the_declared_actions():
    declared = {declared.action for declared in HELPER.methods.values()} - {ANYONE}
    policy = ElementTree.parse(POLICY).getroot()  # noqa: S314, our own file
    assert {action.get("id") for action in policy.iter("action")} == declared
    for action in policy.iter("action"):
        for child in ("description", "message"):
            text = action.findtext(child)
            assert text and "!" not in text
        defaults = {default.tag: default.text for default in action.find("defaults")}
        assert set(defaults) == {"allow_any", "allow_inactive", "allow_active"}
        assert "yes" not in (defaults["allow_any"], defaults["allow_inactive"])


def test_reading_is_for_anyone_and_deeds_are_not():
    actions = {declared.name: declared.action for declared in HELPER.methods.values()}
    assert {name for name, action in actions.items() if action == ANYONE} == {
        "CheckNetvm",
        "GetRoutes",
        "Preflight",
        "TestNames",
        "UnwatchTraffic",
        "WatchTraffic",
    }


def test_what_the_policy_must_say():
    """Connecting dom0 and keeping it so takes an administrator every time; the way back asks nobody at the screen."""
    policy = ElementTree.parse(POLICY).getroot()  # noqa: S314, our own file
    says = {action.get("id"): [default.text for default in action.find("defaults")] for action in policy.iter("action")}
    assert says["org.qnet.connect-dom0"] == says["org.qnet.extend-dom0"] == ["auth_admin"] * 3
    assert says["org.qnet.disconnect-dom0"][2] == "yes"
    known = {declared.name: declared.action for declared in HELPER.methods.values()}
    assert known["ConnectDom0"] == "org.qnet.connect-dom0"
    assert known["ExtendDom0"] == "org.qnet.extend-dom0"
    assert known["DisconnectDom0"] == "org.qnet.disconnect-dom0"


def test_the_service_file_leads_to_systemd_only():
    text = (ROOT / "desktop/dbus/org.qnet.Helper1.service").read_text()
    assert "Exec=/bin/false\n" in text
    assert "SystemdService=qnet-helper.service\n" in text


# -- people


@pytest.fixture
def running(dom0):
    """The helper, and an agent that agrees to everything."""
    dom0.say(1, {keys.AGENT_STATE.at(): "running", keys.AGENT_SERIAL.at(): "1"})
    dom0.start_helper()
    eventually(lambda: dom0.snapshot().netvm.agent.value == "running")
    dom0.start_agreeable()
    return dom0


def test_root_and_whoever_sits_at_the_screen_may_reapply(running):
    for options in ({}, {"uid": ACTIVE, "session": True}):
        done = running.qnet("reapply", **options)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "netvm has set up its routes, packet filter and redirections again.\n"


@pytest.mark.parametrize("options", [{"uid": NOBODY}, {"uid": ACTIVE}, {"uid": INACTIVE, "session": True}])
def test_others_need_a_password_and_nobody_is_there_to_ask(running, options):
    done = running.qnet("reapply", **options)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"qnet: {Message(HelperCode.PASSWORD_OF_NOBODY)}\n"


def test_no_polkit_means_no(running):
    running.expect_log("polkit cannot be asked")
    running.stop_polkit()
    done = running.qnet("reapply", uid=ACTIVE, session=True)
    assert done.returncode == 1
    assert done.stderr == "qnet: polkit does not answer, so nobody can be authorised.\n"
    running.start_polkit()
    eventually(lambda: running.bus.name_has_owner("org.freedesktop.PolicyKit1"))
    assert running.qnet("reapply", uid=ACTIVE, session=True).returncode == 0


def test_root_is_not_asked_about(running):
    """polkit lets root do everything; so neither a dead polkit nor one that others keep busy stands in root's way."""
    running.stop_polkit()
    assert running.qnet("reapply").returncode == 0
    assert running.qnet("dom0", "down").returncode == 0


def test_polkit_dies_while_it_is_asked(running):
    running.expect_log("polkit cannot be asked")
    with Person(running, ACTIVE, session=True) as person:
        running.polkit.send_signal(19)  # SIGSTOP
        asked = person.ask("Reapply")
        running.snapshot()  # others do not wait while polkit thinks: it is stopped, that would be for ever
        assert not asked.done()
        running.stop_polkit()
        assert person.outcome(asked).error == "org.qnet.Error.NotAuthorised"


def test_a_caller_who_leaves_while_polkit_thinks(running):
    """Nothing is done for him, and the question is taken back."""
    person = Person(running, ACTIVE, session=True)
    running.polkit.send_signal(19)
    person.ask("Reapply")
    time.sleep(0.2)
    person.leave()
    time.sleep(0.2)
    running.polkit.send_signal(18)  # SIGCONT
    time.sleep(0.3)
    assert running.read("/local/domain/1/qnet/request") is None
    assert running.qnet("reapply").returncode == 0


def test_questions_have_room_for_so_many_and_the_way_back_has_its_own(running):
    """Whoever lets many requests wait for a password is told so; root and others go on as if nothing were."""
    with flood(running, "prompts", "PauseDomain", 1150, 16) as process:
        assert "'org.qnet.Error.Busy': 1146}" in process.stdout.readline()
        with flood(running, "prompts", "DisconnectDom0", 1150, 16) as other:
            assert "'org.qnet.Error.Busy': 1148}" in other.stdout.readline()
            assert running.qnet("dom0", "down").returncode == 0
            for member in ("DisconnectDom0", "Reapply"):
                with Person(running, ACTIVE, session=True) as person:
                    assert person.call(member).error == ""


def test_refusals_in_words():
    assert str(refusal(False, {}, False)) == "You are not allowed to do this."
    assert "was not given" in str(refusal(True, {"polkit.dismissed": "true"}, True))
    assert "does not let" in str(refusal(True, {}, False))
    assert "No right password" in str(refusal(False, {}, True))


def test_a_failure_nobody_thought_of_tells_the_caller_nothing_but_a_sentence(log_guard):
    log_guard.expect("unexpected")
    reply = error_reply(ZeroDivisionError("secret"))
    assert reply.dbus_name == "org.qnet.Error.Failed"
    assert reply.message == Message(HelperCode.HELPER_FAILED)
