"""Tasks of the command line on a whole machine: dom0 connected and back, step by step, interrupted, and by others."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from terminal import CTRL_C, Terminal
from test_cli_lab import process_of
from waiting import DEADLINE

from qnet_gui.hypervisor.lab import ask
from qnet_gui.lab.box.place import Place
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message

ROOT = Path(__file__).parents[2]
QNET = [sys.executable, "-m", "qnet_gui.cli"]
NOBODY = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
#: `open-sesame`, as /etc/shadow has it.
HASH = "$6$qnetqnet$Lhgm/YuS60ABmooHos8F7OswukL3AZgmcZtUAVniaNcW.o8gDVA/BnZBpDFJ.FshOBLJgqprcu3Ov6Dg.Bp3I."
CLOSED = "dom0 is not connected to the network.\n"
NOTHING_DONE = str(Message(HelperCode.PASSWORD_OF_NOBODY))


@pytest.fixture
def in_lab(qnet, lab):
    """qnet in the lab; dom0 is disconnected afterwards, and everybody goes on."""
    assert qnet("--lab", lab, "dom0", "status").stdout == CLOSED
    yield lambda *words, **options: qnet("--lab", lab, *words, **options)
    done = qnet("--lab", lab, "dom0", "down")
    assert done.returncode == 0, done.stderr
    assert all(
        domain["state"] == "running" for domain in json.loads(qnet("--lab", lab, "status", "--json").stdout)["domains"]
    )


@pytest.fixture
def terminal(lab):
    """Run qnet in the lab at a terminal."""
    running = []

    def start(*words, **env):
        running.append(Terminal(*QNET, "--lab", lab, *words, **env))
        return running[-1]

    yield start
    for process in running:
        process.close()


class Stuck:
    """Nobody serves a card for the time being, so that whoever attaches one stays at this step; until it is called."""

    def __init__(self, lab):
        self._agent = process_of(lab, "qnet-agent")

    def hold(self):
        os.kill(self._agent, signal.SIGSTOP)

    def __call__(self):
        os.kill(self._agent, signal.SIGCONT)


@pytest.fixture
def stuck(lab):
    stuck_agent = Stuck(lab)
    stuck_agent.hold()
    yield stuck_agent
    stuck_agent()


def as_nobody(lab, program, *words):
    """The command that runs a program in dom0 as somebody who may do nothing."""
    return [*QNET, "lab", "exec", "--name", lab, "dom0", "--", *NOBODY, f"/usr/bin/{program}", *words]


def run(command):
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


# -- dom0


def test_up_and_down_as_people_see_it(in_lab):
    done = in_lab("dom0", "up", "--minutes", "45")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith(
        "dom0 will be connected to the network through netvm, eth0 (cable), for 45 minutes, until "
    )
    assert lines[1] == "Paused meanwhile: personal, vault and work."
    assert lines[2] == "Let out of dom0: names, http and https. Nothing is let in."
    assert lines[3] == "  [done] paused 3 domains: personal, vault, work"
    assert all(line.startswith("  [done] ") for line in lines[3:-1])
    assert lines[-1].startswith("dom0 is connected to the network until ")

    text = in_lab("dom0", "status").stdout
    assert ", for another 45 minutes. root connected it. Paused meanwhile: personal, vault and work.\n" in text
    done = in_lab("dom0", "up")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "qnet: dom0 is connected to the network already.\n"
    assert in_lab("dom0", "extend", "90").stdout.startswith("dom0 stays connected until ")
    assert ", for another 135 minutes." in in_lab("dom0", "status").stdout
    at = time.strftime("%H:%M", time.localtime(time.time() + 1200))
    assert in_lab("dom0", "down", "--at", at).stdout.startswith("dom0 stays connected until ")
    assert re.search(", for another (19|20) minutes[.]", in_lab("dom0", "status").stdout)

    done = in_lab("dom0", "down")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "  [undone] resumed 3 domains: personal, vault, work" in lines
    assert lines[-1].startswith("dom0 is disconnected from the network")
    assert in_lab("dom0", "status").stdout == CLOSED
    done = in_lab("dom0", "extend", "5")
    assert (done.returncode, done.stderr) == (1, "qnet: dom0 is not connected to the network.\n")


def test_up_and_down_as_programs_see_it(in_lab):
    done = in_lab("dom0", "up", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    *steps, end = objects(done.stdout)
    assert {tuple(step) for step in steps} == {("operation", "step", "state", "text", "code", "arguments")}
    assert [step["state"] for step in steps] == ["begun", "done"] * (len(steps) // 2)
    assert (list(end), end["error"]) == (["operation", "error", "sentence", "code", "arguments"], "")
    assert {step["operation"] for step in [*steps, end]} == {end["operation"]}

    dom0 = json.loads(in_lab("dom0", "status", "--json").stdout)
    assert (dom0["state"], dom0["paused"], dom0["by"]) == ("open", ["personal", "vault", "work"], "root")
    [end] = objects(in_lab("dom0", "extend", "5", "--json").stdout)
    assert 3800 < end["until"] - time.time() < 3901
    done = in_lab("dom0", "up", "--json")
    [end] = objects(done.stdout)
    assert (done.returncode, end["error"]) == (1, "org.qnet.Error.Refused")
    assert done.stderr == f"qnet: {end['sentence']}\n"

    *steps, end = objects(in_lab("dom0", "down", "--json").stdout)
    assert {step["state"] for step in steps} == {"undone"}
    assert end["error"] == ""
    assert json.loads(in_lab("dom0", "status", "--json").stdout) == {
        "state": "closed",
        "until": 0,
        "paused": [],
        "by": "",
        "running": [],
        "let_go": [],
        "ended": json.loads(in_lab("status", "--json").stdout)["ended"],
    }


def test_what_stands_in_the_way_is_said_before_anybody_is_asked(lab, in_lab):
    ask(Place(lab).control, "pause", domid=1)
    try:
        done = run(as_nobody(lab, "qnet", "dom0", "up"))
        assert (done.returncode, done.stdout, done.stderr) == (1, "", "qnet: netvm is paused. Unpause it.\n")
    finally:
        ask(Place(lab).control, "unpause", domid=1)


def test_whoever_may_not_is_told_so(lab, in_lab):
    for words in (["dom0", "up"], ["dom0", "up", "--json"], ["dom0", "down"], ["dom0", "extend", "5"]):
        done = run(as_nobody(lab, "qnet", *words))
        assert (done.returncode, done.stderr) == (1, f"qnet: {NOTHING_DONE}\n")
        if "--json" in words:
            assert objects(done.stdout) == [
                {
                    "operation": 0,
                    "error": "org.qnet.Error.NotAuthorised",
                    "sentence": NOTHING_DONE,
                    "code": "password-of-nobody",
                    "arguments": {},
                }
            ]
    assert in_lab("dom0", "status").stdout == CLOSED


def test_the_steps_at_a_terminal(in_lab, terminal):
    up = terminal("dom0", "up")
    assert up.end() == 0
    assert "  … pausing the other domains\r\x1b[K  ✓ paused 3 domains: personal, vault, work" in up.text
    assert [line[:4] for line in up.lines[3:-2]] == ["  ✓ "] * (len(up.lines) - 5)
    plain = terminal("dom0", "down", TERM="dumb")
    assert plain.end() == 0
    assert plain.text.isascii()
    assert "\x1b" not in plain.text
    assert "  [undone] resumed 3 domains" in plain.text


def test_ctrl_c_puts_everything_back(in_lab, terminal, stuck):
    up = terminal("dom0", "up")
    up.until("… attaching dom0 to the netvm")
    up.type(CTRL_C)
    up.until("Interrupted. Everything is being put back.")
    stuck()
    assert up.end() == 130
    assert "↩ resumed 3 domains: personal, vault, work" in up.text
    assert up.lines[-2].startswith("Everything has been put back. ")
    assert in_lab("dom0", "status").stdout == CLOSED


def test_ctrl_c_twice_leaves_it_to_the_helper(in_lab, terminal, stuck):
    up = terminal("dom0", "up")
    up.until("… attaching dom0 to the netvm")
    up.type(CTRL_C)
    up.until("Interrupted.")
    up.type(CTRL_C)
    assert up.end() == 130
    stuck()
    assert in_lab("dom0", "down").returncode == 0


def test_ctrl_c_of_the_way_back_leaves_it_to_the_helper(lab, in_lab, terminal):
    assert in_lab("dom0", "up").returncode == 0
    helper = process_of(lab, "qnet-helper")
    down = terminal("dom0", "down")
    os.kill(helper, signal.SIGSTOP)
    try:
        time.sleep(0.5)
        down.type(CTRL_C)
        assert down.end() in (0, 130)
    finally:
        os.kill(helper, signal.SIGCONT)
    assert "Traceback" not in down.text


def eventually_is(in_lab, *states):
    """Wait until dom0 stands to the network in one of these ways."""
    end = time.monotonic() + DEADLINE
    while (now := json.loads(in_lab("dom0", "status", "--json").stdout)["state"]) not in states:
        assert time.monotonic() < end, f"it is {now}"


def test_a_terminal_that_is_closed_is_like_ctrl_c(in_lab, terminal, stuck):
    """It left dom0 being connected, with nobody there who knew."""
    up = terminal("dom0", "up")
    up.until("… attaching dom0 to the netvm")
    up.hang_up()
    eventually_is(in_lab, "closing", "closed")
    stuck()
    assert up.end() == 130
    assert json.loads(in_lab("dom0", "status", "--json").stdout)["state"] == "closed"


@pytest.mark.parametrize("numbers", [(signal.SIGTERM,), (signal.SIGHUP,), (signal.SIGTERM, signal.SIGHUP)])
def test_a_session_that_ends_is_like_ctrl_c(lab, in_lab, stuck, numbers):
    with connecting(lab) as up:
        for number in numbers:
            up.send_signal(number)
        # before there is an outcome: what had ended well by then would not be taken back
        assert any("Everything is being put back." in line for line in up.stdout)
        stuck()
        out, _ = up.communicate(timeout=DEADLINE)
        assert up.returncode == 130
    assert "Everything has been put back." in out
    assert json.loads(in_lab("dom0", "status", "--json").stdout)["state"] == "closed"


@contextmanager
def connecting(lab, *options):
    """Somebody is connecting dom0, and has come to its card."""
    command = [*QNET, "--lab", lab, "dom0", "up", *options]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:  # fmt: skip
        try:
            assert any("closed dom0" in line for line in process.stdout)
            yield process
        finally:
            process.kill()


def test_two_at_once(lab, in_lab, stuck):
    with connecting(lab) as first:
        done = in_lab("dom0", "up")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("qnet: root is connecting dom0 to the network.")
        [end] = objects(in_lab("dom0", "up", "--json").stdout)
        assert end["error"] == "org.qnet.Error.Busy"
        assert "being connected" in in_lab("dom0", "status").stdout
        first.send_signal(signal.SIGINT)
        assert any("Everything is being put back." in line for line in first.stdout)
        stuck()
        rest, _ = first.communicate(timeout=DEADLINE)
        assert first.returncode == 130
        assert "Everything has been put back." in rest


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_helper_dies_in_the_middle_of_it(lab, in_lab, stuck, options):
    with connecting(lab, *options) as up:
        # by its init, which else might think that it still runs when the bus wants it started again
        ask(Place(lab).control, "program", 20, domain="dom0", program="qnet-helper", action="kill")
        stuck()
        out, err = up.communicate(timeout=DEADLINE)
        assert up.returncode == 1
    gone = "The network helper has stopped in the middle of this."
    died = r"dom0 is not connected to the network[.] It was disconnected at \S+: The network helper had ended while "
    assert re.fullmatch(rf"qnet: {gone} It is back: {died}dom0 was connected[.]\n", err)
    if options:
        assert objects(out)[-1]["error"] == "org.qnet.Error.HelperAway"
    else:
        assert f"{gone} Waiting for it to be back…" in out
    assert re.match(died, in_lab("dom0", "status").stdout)
    assert json.loads(in_lab("dom0", "status", "--json").stdout)["ended"][-1]["kind"] == "recover"


def test_whoever_reads_may_stop_and_the_helper_goes_on(lab, in_lab):
    command = f"{' '.join(QNET)} --lab {lab} dom0 up --json | head -1"
    done = run(["/bin/bash", "-c", command])
    assert (json.loads(done.stdout)["state"], done.stderr) == ("begun", "")
    until = time.monotonic() + 20
    while json.loads(in_lab("dom0", "status", "--json").stdout)["state"] != "open":
        assert time.monotonic() < until
        time.sleep(0.1)


# -- passwords


@pytest.fixture
def password(lab):
    """In the lab's dom0 root has a password, and is the only administrator; run as nobody at a terminal."""
    script = f"echo 'root:{HASH}' | chpasswd -e; sed -i 's/^sudo:.*/sudo:x:27:/' /etc/group"
    assert run([*QNET, "lab", "exec", "--name", lab, "dom0", "--", "sh", "-c", script]).returncode == 0
    running = []

    def start(*words):
        running.append(Terminal(*as_nobody(lab, "qnet", *words), XDG_SESSION_ID=""))
        return running[-1]

    yield start
    for process in running:
        process.close()


def test_the_terminal_asks_for_the_password(in_lab, password):
    up = password("dom0", "up")
    up.password("open-sesame\n")
    asked = "A password is needed to connect dom0 to the network through netvm, for 60 minutes."
    assert f"{asked} All other domains will be paused." in up.text
    assert up.end() == 0
    assert "sesame" not in up.text
    assert "nobody connected it." in in_lab("dom0", "status").stdout
    extend = password("dom0", "extend", "5")
    extend.password("wrong\n")
    assert extend.end() == 1
    assert extend.lines[-2].endswith("qnet: No right password was given, or you are not allowed to do this.")
    assert "Traceback" not in extend.text


def test_ctrl_c_at_the_password_changes_nothing(in_lab, password):
    up = password("dom0", "up")
    up.password(CTRL_C)
    assert up.end() == 130
    assert up.lines[-2] == "Interrupted. Nothing has been changed."
    assert in_lab("dom0", "status").stdout == CLOSED


def test_ctrl_c_that_reaches_who_asks_first_is_no_wrong_password(lab, in_lab, password):
    """Both are told at once, and on a busy machine polkit's no comes before qnet has heard of it."""
    up = password("dom0", "up")
    up.until("Password: ")
    sent = run([*QNET, "lab", "exec", "--name", lab, "dom0", "--", "pkill", "-INT", "-x", "pkttyagent"])
    assert sent.returncode == 0
    assert up.end() == 130
    assert up.lines[-2] == "Interrupted. Nothing has been changed."
    assert in_lab("dom0", "status").stdout == CLOSED


# -- the netvm, and other names


def test_the_netvm(in_lab):
    assert in_lab("netvm", "get").stdout == "netvm\n"
    assert in_lab("completion", "netvms").stdout.split() == ["netvm"]


def test_the_names_that_it_used_to_have(lab, in_lab):
    def inside(*words):
        return run([*QNET, "lab", "exec", "--name", lab, "dom0", "--", *words])

    assert inside("qvm-get-default-netvm").stdout == "netvm\n"
    done = inside("qvm-dom0-network-via-netvm", "up")
    assert (done.returncode, done.stderr) == (0, "")
    assert in_lab("dom0", "status").stdout.startswith("dom0 is connected to the network until ")
    done = inside("qvm-dom0-network-via-netvm", "up")
    assert (done.returncode, done.stderr) == (
        1, "qvm-dom0-network-via-netvm: dom0 is connected to the network already.\n"
    )  # fmt: skip
    assert inside("qvm-dom0-network-via-netvm", "down").returncode == 0
    assert in_lab("dom0", "status").stdout == CLOSED
    for words in (["qvm-dom0-network-via-netvm"], ["qvm-dom0-network-via-netvm", "x"], ["qvm-set-default-netvm"]):
        done = inside(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"usage: {words[0]} ")


# -- domains


def picture(in_lab, name):
    domains = json.loads(in_lab("status", "--json").stdout)["domains"]
    return next(domain for domain in domains if domain["name"] == name)


def test_a_domain_is_paused_and_goes_on(in_lab):
    done = in_lab("domain", "pause", "work")
    assert (done.returncode, done.stdout, done.stderr) == (0, "work is paused.\n", "")
    assert picture(in_lab, "work")["state"] == "paused"
    done = in_lab("domain", "unpause", "work", "--json")
    assert objects(done.stdout) == [{"operation": 0, "error": "", "sentence": "work goes on."}]
    assert picture(in_lab, "work")["state"] == "running"


def test_a_domain_is_cut_off_and_attached_again(in_lab):
    before = picture(in_lab, "work")
    done = in_lab("domain", "detach", "work")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(".\n")
    assert picture(in_lab, "work")["vif"] == ""
    *steps, end = objects(in_lab("domain", "attach", "work", "--json").stdout)
    assert end["error"] == ""
    assert {step["operation"] for step in steps} <= {end["operation"]}
    after = picture(in_lab, "work")
    assert (after["vif"], after["address"]) == (before["vif"], before["address"])


def test_ctrl_c_of_what_cannot_be_taken_back_leaves_it_to_the_helper(in_lab, terminal, stuck):
    stuck()
    assert in_lab("domain", "detach", "work").returncode == 0
    stuck.hold()
    attach = terminal("domain", "attach", "work")
    attach.until("…")
    attach.type(CTRL_C)
    assert attach.end() == 130
    assert attach.lines[-2] == "The network helper goes on with it."
    stuck()
    until = time.monotonic() + 20
    while not picture(in_lab, "work")["vif"] or json.loads(in_lab("status", "--json").stdout)["operation"]["id"]:
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pause", "nobody"), "There is no domain 'nobody' that runs."),
        (("detach", "a\nb"), r"There is no domain 'a\nb' that runs."),
        (("pause", "dom0"), "dom0"),
        (("pause", "netvm"), "netvm"),
        (("detach", "vault"), "vault"),
        (("attach", "work"), "work"),
    ],
)
def test_what_cannot_be_done_to_a_domain_is_said_in_words(in_lab, words, said):
    done = in_lab("domain", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("qnet: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_dom0_as_the_netvm_is_warned_of_loudly(lab, in_lab):
    refusals = {
        ("qnet", "netvm", "set", "dom0", "--move"): "No network agent runs in dom0",
        ("qvm-set-default-netvm", "dom0"): "This needs a password",  # the agent may come after it
    }
    for words, reason in refusals.items():
        done = run(as_nobody(lab, *words))
        assert (done.returncode, done.stdout) == (1, "")
        *warned, refused = done.stderr.splitlines()
        assert [line.partition(": ")[0] for line in warned] == ["WARNING", "WARNING"]
        assert "dom0" in warned[0]
        assert refused.startswith(f"{words[0]}: {reason}")
    assert in_lab("netvm", "get").stdout == "netvm\n"


def test_a_netvm_that_is_not_there(in_lab):
    done = in_lab("netvm", "set", "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nobody" in done.stderr
    assert in_lab("netvm", "get").stdout == "netvm\n"
