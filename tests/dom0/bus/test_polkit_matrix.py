"""Every method by everybody, whatever his password dialog does: the helper decides as the shipped policy says.

What is expected is read from the policy and from the declarations, so that a new method is tested by itself. What a
method does afterwards does not matter here: in this dom0 nothing succeeds, and all that counts is who may try.
"""

from __future__ import annotations

import statistics
import threading
import time
import xml.etree.ElementTree as ElementTree

import pytest
from callers import NOT_AUTHORISED, Agent, Person, arguments_for
from helper_dom0 import NAME, PROPERTIES, eventually
from polkit_box import ACTIVE, ADMIN, INACTIVE, NOBODY, ROOT

from qnet_gui.dom0.bus.declare import ANYONE
from qnet_gui.dom0.helper import HELPER
from qnet_gui.model.errors import Refused
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.plain import plain

#: Who calls: his uid, whether it is from his session, and which of the policy's defaults is for him.
CALLERS = {
    "nobody": (NOBODY, False, "allow_any"),
    "inactive": (INACTIVE, True, "allow_inactive"),
    "active": (ACTIVE, True, "allow_active"),
    "administrator": (ADMIN, False, "allow_any"),
    "root": (0, False, ""),
}
#: What becomes of the dialog, and what a caller is told for whom nothing came of it. `himself`: somebody types his own
#: password, which is an administrator's or not; `not let`: there is a dialog, but the caller does not want one.
DIALOGS = {
    "yes": "",
    "himself": "No right password was given, or you are not allowed to do this.",
    "no": "No right password was given, or you are not allowed to do this.",
    "dismisses": "The password was not given.",
    "dies": "No right password was given, or you are not allowed to do this.",
    "absent": str(Message(HelperCode.PASSWORD_OF_NOBODY)),
    "not let": "This needs a password, and the caller does not let anybody be asked for it.",
}
#: What nobody is asked for while the netvm runs, as it does here; it has a test of its own.
NOT_NOW = "StartNetvm"
METHODS = {name: declared for name, declared in HELPER.methods.items() if name != NOT_NOW}
POLICY = {
    action.get("id"): {default.tag: default.text for default in action.find("defaults")}
    for action in ElementTree.parse(ROOT / "desktop/polkit/org.qnet.policy").getroot().iter("action")  # noqa: S314
}


def person_of(dom0, caller):
    uid, session, _ = CALLERS[caller]
    return Person(dom0, uid, session)


def expected(caller, dialog, action, kept):
    """Whether somebody is asked for a password, and whether the caller may; `kept`: actions that are settled."""
    if action == ANYONE or caller == "root" or action in kept:
        return False, True
    needs = POLICY[action][CALLERS[caller][2]]
    if needs == "yes":
        return False, True
    assert needs in ("auth_admin", "auth_admin_keep"), "the policy has something that these tests do not know"
    if dialog in ("absent", "not let"):
        return False, False
    allowed = dialog == "yes" or (dialog == "himself" and caller == "administrator")
    if allowed and needs == "auth_admin_keep":
        kept.add(action)
    return True, allowed


@pytest.mark.parametrize("dialog", DIALOGS)
@pytest.mark.parametrize("caller", CALLERS)
def test_matrix(lasting_dom0, caller, dialog):
    dom0, kept = lasting_dom0, set()
    manner = {"absent": None, "not let": "yes"}.get(dialog, dialog)
    with person_of(dom0, caller) as person:
        agent = Agent(dom0, person, manner) if manner else None
        for name, declared in METHODS.items():
            if agent and not agent.lives:
                agent.register()
            before = len(agent.prompts) if agent else 0
            ended = person.call(name, interactive=dialog != "not let")
            prompts = agent.prompts[before:] if agent else []
            asked, allowed = expected(caller, dialog, declared.action, kept)
            outcome = bool(prompts), ended.error != NOT_AUTHORISED
            assert outcome == (asked, allowed), f"{name}: {ended}"
            assert all(prompt.action == declared.action and prompt.who == [ADMIN] for prompt in prompts)
            if allowed:
                dom0.until(lambda snapshot: snapshot.operation.id == 0)
            else:
                assert ended.sentence == DIALOGS[dialog]
        if agent:
            agent.close()


def test_the_matrix_knows_methods_of_every_kind():
    """It would be empty, and pass, if the declarations could not be read."""
    assert {"GetRoutes", "Reapply", "ConnectDom0", "DisconnectDom0", "ExtendDom0"} <= set(METHODS)
    assert set(POLICY) >= {declared.action for declared in METHODS.values()} - {ANYONE}


def test_disconnecting_never_asks_whoever_sits_at_the_screen(lasting_dom0):
    """The way back to safety; and nobody could be asked, or somebody who says no."""
    with person_of(lasting_dom0, "active") as person:
        for _ in range(3):
            assert person.call("DisconnectDom0", interactive=False).error == ""
        agent = Agent(lasting_dom0, person, "no")
        assert person.call("DisconnectDom0").error == ""
        assert agent.prompts == []
        agent.close()


@pytest.mark.parametrize("caller", ["nobody", "inactive", "active", "administrator"])
def test_connecting_asks_every_time(lasting_dom0, caller):
    with person_of(lasting_dom0, caller) as person:
        agent = Agent(lasting_dom0, person, "yes")
        for times in range(1, 4):
            assert person.call("ConnectDom0").error == ""
            assert len(agent.prompts) == times
            lasting_dom0.until(lambda snapshot: snapshot.operation.id == 0)
        agent.close()
        assert person.call("ConnectDom0").error == NOT_AUTHORISED


def test_the_netvm_is_started_by_whom_the_policy_lets(settled):
    assert HELPER.methods[NOT_NOW].action == METHODS["RestartNetvm"].action
    with person_of(settled, "nobody") as person:
        agent = Agent(settled, person, "no")
        assert person.call(NOT_NOW).sentence == "netvm runs already."
        settled.destroy(1)
        settled.until(lambda snapshot: snapshot.netvm.state.value == "absent")
        assert person.call(NOT_NOW) == (NOT_AUTHORISED, DIALOGS["no"])
        assert len(agent.prompts) == 1
        agent.close()


# -- while somebody sits at a prompt


def median_of(call):
    """Seconds; of 20 calls."""
    took = []
    for _ in range(20):
        begun = time.monotonic()
        call()
        took.append(time.monotonic() - begun)
    return statistics.median(took)


@pytest.mark.parametrize("call", ["GetAll", "Preflight", "Reapply"])
def test_others_are_answered_meanwhile(lasting_dom0, call):
    dom0 = lasting_dom0

    def other():
        if call == "GetAll":
            dom0.call("GetAll", "s", NAME, interface=PROPERTIES)
        else:
            dom0.call(call)

    with person_of(dom0, "active") as person:
        agent = Agent(dom0, person, "waits")
        before = median_of(other)
        asked = person.ask("ConnectDom0")
        prompt = agent.waiting()
        meanwhile = median_of(other)
        assert not asked.done()
        agent.dismisses(prompt)
        assert person.outcome(asked).error == NOT_AUTHORISED
        after = median_of(other)
        agent.close()
    assert meanwhile < 5 * max(before, after)


def test_the_dialog_says_what_is_to_be_done_and_to_whom(lasting_dom0):
    """Each word of the policy's messages is filled in."""
    dom0, names = lasting_dom0, {domain.id: domain.name for domain in lasting_dom0.snapshot().domains}
    with person_of(dom0, "nobody") as person:
        agent = Agent(dom0, person, "dismisses")
        for method, words in (
            ("ConnectDom0", ("netvm", "2 minutes")), ("SetDefaultNetvm", ("netvm",)),
            ("AttachDomain", (names[2], "netvm")), ("DetachDomain", (names[3],)), ("PauseDomain", (names[2],)),
            ("UnpauseDomain", (names[2],)), ("RestartNetvm", ("netvm",)), ("OpenScreen", ("netvm", "type there")),
        ):  # fmt: skip
            person.call(method)
            message = agent.prompts[-1].message
            assert "$" not in message, message
            assert all(word in message for word in words), message
        assert len(agent.prompts) == 8
        agent.close()


def test_a_second_request_while_one_dialog_is_open_says_so(lasting_dom0):
    dom0 = lasting_dom0
    with person_of(dom0, "active") as person, person_of(dom0, "active") as same:
        agents = Agent(dom0, person, "waits"), Agent(dom0, same, "occupied")
        asked = person.ask("ConnectDom0")
        prompt = agents[0].waiting()
        assert same.call("SetDefaultNetvm") == (NOT_AUTHORISED, str(Message(HelperCode.DIALOG_OPEN)))
        assert not asked.done()
        agents[0].no(prompt)
        assert person.outcome(asked) == (NOT_AUTHORISED, DIALOGS["no"])
        assert same.call("SetDefaultNetvm") == (NOT_AUTHORISED, DIALOGS["no"])
        for agent in agents:
            agent.close()


def test_a_caller_who_leaves_at_the_prompt(lasting_dom0):
    """The dialog is closed, and a password that is typed all the same does nothing."""
    dom0 = lasting_dom0
    operations = []
    match = dom0.bus.add_signal_receiver(lambda *arguments: operations.append(arguments), "OperationEnded", NAME, NAME)
    dom0.bus.get_name_owner(NAME)  # an answer of the bus: the match is in force
    with person_of(dom0, "active") as person:
        agent = Agent(dom0, person, "waits")
        person.ask("ConnectDom0")
        prompt = agent.waiting()
    dom0.spin(lambda: prompt.cancelled)
    agent.yes(prompt)
    agent.close()
    with person_of(dom0, "root") as root:  # what comes of it comes before this
        assert root.call("DisconnectDom0").error == ""
        dom0.spin(lambda: operations)
    match.remove()
    assert len(operations) == 1


def test_two_people_at_their_prompts(lasting_dom0):
    """Each is answered for himself, in whatever order they type."""
    dom0 = lasting_dom0
    with person_of(dom0, "active") as one, person_of(dom0, "nobody") as two:
        agents = Agent(dom0, one, "waits"), Agent(dom0, two, "waits")
        calls = one.ask("ConnectDom0"), two.ask("ConnectDom0")
        prompts = [agent.waiting() for agent in agents]
        agents[1].yes(prompts[1])
        assert two.outcome(calls[1]).error == ""
        assert not calls[0].done()
        agents[0].no(prompts[0])
        assert one.outcome(calls[0]).error == NOT_AUTHORISED
        for agent in agents:
            agent.close()


# -- what has changed when the password has been typed


@pytest.fixture
def settled(dom0):
    dom0.settle()
    return dom0


def at_prompt(dom0, person, method="ConnectDom0"):
    agent = Agent(dom0, person, "waits")
    asked = person.ask(method)
    return agent, agent.waiting(), asked


def test_the_netvm_goes_while_the_password_is_typed(settled):
    with person_of(settled, "active") as person:
        agent, prompt, asked = at_prompt(settled, person)
        settled.destroy(1)
        settled.until(lambda snapshot: snapshot.netvm.state.value == "absent")
        agent.yes(prompt)
        ended = person.outcome(asked)
        agent.close()
    assert ended == ("org.qnet.Error.Refused", "netvm is not running. Start it.")
    assert settled.snapshot().operation.id == 0


#: What is done to a domain, which is known by both.
ABOUT_DOMAINS = [name for name, declared in METHODS.items() if declared.names == ("domid", "uuid")]


def test_whatever_is_about_a_domain_names_which_life_of_which_domain():
    assert len(ABOUT_DOMAINS) == 5
    assert not [name for name, declared in METHODS.items() if "domid" in declared.names and name not in ABOUT_DOMAINS]


@pytest.mark.parametrize("method", ABOUT_DOMAINS)
def test_another_domain_has_the_id_by_the_time_that_the_password_is_typed(settled, method):
    """What was meant for one is not done to who came after it."""
    _, (domid, _) = arguments_for(method)
    with person_of(settled, "nobody") as person:
        agent, prompt, asked = at_prompt(settled, person, method)
        settled.destroy(domid)
        settled.add_domain(domid, "stranger", uuid=99)
        settled.until(lambda snapshot: "stranger" in [domain.name for domain in snapshot.domains])
        agent.yes(prompt)
        ended = person.outcome(asked)
        agent.close()
    assert ended.error == "org.qnet.Error.NotFound"
    assert "stranger. Nothing was done to it." in ended.sentence
    assert settled.snapshot().operation.id == 0


@pytest.mark.parametrize("method", ABOUT_DOMAINS)
def test_a_domain_goes_while_the_password_is_typed(settled, method):
    """Whom it is about is looked up again; nothing is done to nobody."""
    _, (domid, _) = arguments_for(method)
    with person_of(settled, "nobody") as person:
        agent, prompt, asked = at_prompt(settled, person, method)
        settled.destroy(domid)
        settled.until(lambda snapshot: domid not in [domain.id for domain in snapshot.domains])
        agent.yes(prompt)
        ended = person.outcome(asked)
        agent.close()
    assert ended.error == "org.qnet.Error.NotFound"
    assert settled.snapshot().operation.id == 0


def test_somebody_else_connects_while_the_password_is_typed(dom0):
    """Once there is a password, one may not have what the other has begun; and who comes now is not asked for one."""
    go_on = threading.Event()

    def pause(domid):
        go_on.wait(4)
        raise Refused(plain("This domain cannot be paused."))

    dom0.verbs |= {"pause": pause, "unpause": lambda domid: None}
    dom0.settle("--journal", str(dom0.folder / "journal.json"))
    busy = "org.qnet.Error.Busy", "root is connecting dom0 to the network. Wait until that is done."
    with person_of(dom0, "active") as person, person_of(dom0, "nobody") as late, person_of(dom0, "root") as root:
        agent, prompt, asked = at_prompt(dom0, person)
        assert root.call("ConnectDom0").error == ""
        agent.yes(prompt)
        assert person.outcome(asked) == busy
        assert late.call("ConnectDom0") == busy
        go_on.set()
        dom0.until(lambda snapshot: snapshot.operation.id == 0)
        agent.close()


def test_nobody_is_asked_for_a_password_in_vain(settled):
    settled.destroy(1)
    settled.until(lambda snapshot: snapshot.netvm.state.value == "absent")
    with person_of(settled, "active") as person:
        agent = Agent(settled, person, "yes")
        assert person.call("ConnectDom0").error == "org.qnet.Error.Refused"
        assert agent.prompts == []
        agent.close()


def test_polkit_restarted_at_the_prompt(settled):
    settled.expect_log("polkit cannot be asked")
    with person_of(settled, "active") as person:
        agent, _, asked = at_prompt(settled, person)
        settled.stop_polkit()
        ended = person.outcome(asked)
        assert ended == (NOT_AUTHORISED, "polkit does not answer, so nobody can be authorised.")
        assert person.call("ConnectDom0") == ended
        agent.close()
        settled.start_polkit()
        eventually(lambda: settled.bus.name_has_owner("org.freedesktop.PolicyKit1"))
        agent = Agent(settled, person, "yes")
        assert person.call("ConnectDom0").error == ""
        assert len(agent.prompts) == 1
        agent.close()
