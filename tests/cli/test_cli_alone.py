"""The command line where there is no helper: help, mistakes, and no traceback whatever happens."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import time
from argparse import Namespace
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from terminal import Terminal
from waiting import DEADLINE

from qnet_gui.cli import arguments, hangups, hints, main, show
from qnet_gui.cli.doctor import examine
from qnet_gui.model.dns import DEFAULT_VIRTUAL, Dns, redirects
from qnet_gui.model.domain import AgentState, Domain, DomainState, Netvm, NetvmState
from qnet_gui.model.errors import QnetError
from qnet_gui.model.fact import Fact
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.isolation import IsolationCode
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Iommu, Isolation, Snapshot
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.model.wire.answers import HelperAway

ROOT = Path(__file__).parents[2]
#: A bus that is not there.
NOBODY = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/bus", "QNET_LAB": ""}
COMMANDS = [
    "status", "routes", "dns", "map", "dom0", "upgrade", "netvm", "domain", "doctor", "setup", "reapply", "applet",
    "applet-host", "completion", "lab",
]  # fmt: skip
VERBS = {
    "dom0": ["up", "down", "status", "extend"],
    "netvm": ["get", "set", "start", "stop", "restart", "make"],
    "domain": ["pause", "unpause", "attach", "detach"],
    "lab": ["up", "exec"],
}


@pytest.mark.parametrize(
    "words", [[], *([command] for command in COMMANDS), *([name, verb] for name in VERBS for verb in VERBS[name])]
)
def test_help_is_everywhere(qnet, words):
    done = qnet(*words, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "usage: qnet" in done.stdout
    assert len(done.stdout) > 100


def test_help_names_every_command(qnet):
    text = qnet("--help").stdout
    for command in COMMANDS:
        assert re.search(rf"^    {command}\b", text, re.MULTILINE)


@pytest.mark.parametrize(
    "words",
    [
        [], ["nonsense"], ["status", "--nonsense"], ["routes", "--domain"], ["completion", "x"],
        ["dom0"], ["dom0", "sideways"], ["dom0", "up", "--minutes"], ["dom0", "up", "--minutes", "0"],
        ["dom0", "up", "--minutes", "1441"], ["dom0", "extend"], ["dom0", "extend", "-5"], ["dom0", "extend", "1e3"],
        ["netvm", "set"], ["netvm", "get", "--move"],
        ["netvm", "start", "--wait", "0"], ["netvm", "stop", "--wait", "1.5"], ["netvm", "restart", "netvm"],
        ["netvm", "make", "a b"], ["netvm", "make", "--size", "0"], ["netvm", "make", "--pci", "eth0"],
        ["netvm", "make", "--output", "a'b"], ["netvm", "make", "--lvm", "vg"], ["netvm", "make", "--mirror", "x y"],
        ["netvm", "make", "--output", "/a", "--lvm", "vg/a"], ["netvm", "make", "--memory", "x"],
        ["domain", "pause"], ["domain", "attach", "a", "b"],
    ],
)  # fmt: skip
def test_what_is_not_understood_is_2(qnet, words):
    done = qnet(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: qnet")


def test_version(qnet):
    assert re.fullmatch(r"qnet \S+\n", qnet("--version").stdout)


@pytest.mark.parametrize(
    "words",
    [
        ["status"], ["status", "--json"], ["status", "--check"], ["routes"], ["routes", "--json"], ["dns", "--json"],
        ["netvm", "get", "--json"], ["reapply", "--json"], ["dom0", "status", "--json"], ["dom0", "up", "--json"],
        ["domain", "pause", "work", "--json"], ["netvm", "set", "netvm", "--json"],
        ["dns"], ["reapply"], ["routes", "--domain", "work"],
        ["dom0", "up"], ["dom0", "down"], ["dom0", "status"], ["dom0", "extend", "5"], ["netvm", "get"],
        ["netvm", "set", "netvm"], ["domain", "pause", "work"], ["domain", "detach", "work"],
    ],
)  # fmt: skip
def test_no_helper_is_one_sentence(qnet, words):
    done = qnet(*words, env=NOBODY)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "qnet: The network helper is not running."
    if "--json" not in words:
        assert done.stdout == ""
        return
    told = json.loads(done.stdout)
    assert (told["error"], told["code"]) == ("org.qnet.Error.HelperAway", "helper-away")
    assert told["sentence"] == "The network helper is not running."


def test_the_doctor_says_what_to_do_about_it(qnet):
    done = qnet("doctor", env=NOBODY)
    assert done.returncode == 1
    assert "* The network helper is not running.\n  Start it in dom0: sudo systemctl start qnet-helper." in done.stdout


@pytest.mark.parametrize("what", ["domains", "netvms"])
def test_completion_is_silent(qnet, what):
    done = qnet("completion", what, env=NOBODY)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_debug_shows_where(qnet):
    assert "Traceback" in qnet("--debug", "status", env=NOBODY).stderr
    assert "Traceback" in qnet("status", "--debug", env=NOBODY).stderr


@pytest.mark.parametrize(
    "words",
    [["--help"], ["status", "--help"], ["--version"], ["doctor"], ["doctor", "--json"], ["lab", "list", "--help"]],
)
def test_an_output_that_takes_no_more_is_one_plain_line(words):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "qnet_gui.cli", *words], cwd=ROOT, env={**os.environ, **NOBODY},
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "qnet: The output cannot be written: No space left on device.\n")


@pytest.fixture(params=["full", "unread"])
def no_output(request):
    """A descriptor to which nothing can be written: a full disk's, or a pipe's that nobody reads."""
    if request.param == "full":
        descriptor = os.open("/dev/full", os.O_WRONLY)
    else:
        read, descriptor = os.pipe()
        os.close(read)
    yield descriptor
    os.close(descriptor)


def status_of(*command, output):
    """How Python ends that can write nowhere."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **NOBODY}, stdout=output, stderr=output,
        timeout=DEADLINE,
    )  # fmt: skip
    return done.returncode


@pytest.mark.parametrize(
    ("words", "status"),
    [(["status"], 1), (["--help"], 1), (["status", "--json"], 1), (["nosuch"], 2), (["dom0", "extend", "x"], 2)],
)
def test_the_exit_status_is_true_though_nobody_can_be_told(words, status, no_output):
    """Python itself would end with 120 then."""
    assert status_of("-m", "qnet_gui.cli", *words, output=no_output) == status


@pytest.mark.parametrize(("words", "status"), [(["--help"], 1), (["nosuch"], 2), ([], 1)])
def test_the_other_names_are_as_true(words, status, no_output):
    """`qvm-get-default-netvm` and its like."""
    program = "import sys; from qnet_gui.cli.qvm.get_netvm import main; sys.exit(main())"
    assert status_of("-c", program, *words, output=no_output) == status


@pytest.mark.parametrize("words", [["--json"], ["dom0", "extend", "x", "--json"], ["routes", "--json", "--domain"]])
def test_a_program_is_told_too_what_was_not_understood(qnet, words):
    done = qnet(*words)
    assert done.returncode == 2
    told = json.loads(done.stdout)
    assert told["error"] == "org.qnet.Error.BadInput"
    assert told["sentence"] in done.stderr


def without_an_output(words: str) -> subprocess.CompletedProcess[str]:
    command = f"exec {sys.executable} -m qnet_gui.cli {words} >&-"
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=ROOT, env={**os.environ, **NOBODY}, stderr=subprocess.PIPE, text=True,
        check=False,
    )  # fmt: skip


def test_without_an_output_it_does_what_it_would():
    done = without_an_output("doctor")
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize("words", ["dom0 up", "dom0 down", "dom0 extend 5", "netvm set x", "domain pause x", "upgrade"])
def test_without_an_output_it_gets_as_far_as_with_one(qnet, words):
    """All that does something failed before it had asked the helper."""
    told = qnet(*words.split(), env=NOBODY).stderr.splitlines()[0]
    assert without_an_output(words).stderr.splitlines()[0] == told
    assert "should not have happened" not in told


def test_what_is_opened_later_is_not_the_output():
    """The line to the bus was: whatever a child printed went there."""
    program = "import os; from qnet_gui.cli import streams; streams.be_there(); print(os.open('/', os.O_RDONLY))"
    for closed in ("<&-", ">&-", "<&- >&- 2>&-"):
        command = f'exec "$0" -c "$1; os.write(3, str(os.open(\'/\', os.O_RDONLY)).encode())" 3>&1 {closed}'
        done = subprocess.run(
            ["/bin/sh", "-c", command, sys.executable, program], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert int(done.stdout.split()[-1]) > 3


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "iso-8859-1"])
def test_what_an_encoding_does_not_have_is_an_escape(encoding):
    """A file's name that is no UTF-8, as Python has it, and what Latin 1 has no letter for."""
    program = "from qnet_gui.cli import streams; streams.be_there(); print('w\\udcffrk…')"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True, check=False,
    )  # fmt: skip
    dots = "…" if encoding == "utf-8" else "\\u2026"
    assert (done.stdout.decode(), done.stderr) == (f"w\\udcffrk{dots}\n", b"")


def test_an_output_that_is_open_for_reading_only_takes_nothing():
    with Path("/dev/null").open() as read_only:
        done = subprocess.run(
            [sys.executable, "-m", "qnet_gui.cli", "--version"], cwd=ROOT, stdout=read_only, stderr=subprocess.PIPE,
            text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "qnet: The output cannot be written: Bad file descriptor.\n")


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("gi.repository", "The Python module gi is missing. Install its package: python3-gi."),
        ("dbus", "The Python module dbus is missing. Install its package: python3-dbus."),
        ("qnet_gui.dom0", "The Python module qnet_gui.dom0 is missing. Install qnet again."),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_package_that_is_missing_is_named(monkeypatch, capsys, module, said, as_json):
    def import_it(_):
        raise ModuleNotFoundError(f"No module named '{module}'", name=module)

    monkeypatch.setattr("qnet_gui.cli.commands.status", import_it)
    assert main(["status", *(["--json"] if as_json else [])]) == 1
    out, err = capsys.readouterr()
    assert err == f"qnet: {said}\n"
    assert (json.loads(out)["sentence"] if as_json else out) == (said if as_json else "")


def test_a_lab_that_is_up_and_was_not_named_is(monkeypatch, tmp_path):
    monkeypatch.setattr(hints, "_LABS", tmp_path)
    away, nothing = HelperAway(HelperCode.HELPER_AWAY), Namespace()
    assert hints.of_error(away, nothing) == ""
    (tmp_path / ".demo.lock").touch()
    (tmp_path / "demo").mkdir()
    said = hints.of_error(away, arguments.parse(["domain", "pause", "my work"]))
    assert said == "A lab is up: demo. To act in it: sudo qnet --lab demo domain pause 'my work'"
    (tmp_path / "other").mkdir()
    assert hints.of_error(away, nothing) == "Labs are up: demo, other. To act in it: sudo qnet --lab demo status"
    assert hints.of_error(away, Namespace(in_lab="demo")) == ""
    assert hints.of_error(QnetError(HelperCode.HELPER_AWAY), nothing) == ""


@pytest.mark.parametrize(
    ("lab", "words", "command"),
    [
        ("", ["lab", "exec", "work", "--", "ls", "a b"], "sudo qnet lab exec work -- ls 'a b'"),
        ("demo", ["lab", "status", "--json"], "sudo qnet --lab demo lab status --json"),
        ("demo", ["lab", "down", "--name", "other"], "sudo qnet lab down --name other"),
    ],
)
def test_what_needs_root_is_printed_as_it_is_to_be_typed(monkeypatch, capsys, lab, words, command):
    """Without what it is to be done to it was no command, and sudo does not know which lab was meant."""
    monkeypatch.setenv("QNET_LAB", lab)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert main(words) == 1
    assert f"The lab needs root: {command}\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("capabilities", "hypervisor", "guest"),
    [
        (None, None, False),
        (None, "kvm\n", False),
        ("control_d\n", "xen\n", False),
        ("\n", "xen\n", True),
        (None, "xen\n", True),
    ],
)
def test_a_guest_is_told_where_to_run_it(monkeypatch, tmp_path, capabilities, hypervisor, guest):
    for name, text in (("_CAPABILITIES", capabilities), ("_HYPERVISOR", hypervisor)):
        monkeypatch.setattr(hints, name, tmp_path / name)
        if text is not None:
            (tmp_path / name).write_text(text)
    monkeypatch.setattr(hints, "_LABS", tmp_path / "none")
    assert ("runs in dom0" in hints.of_error(HelperAway(HelperCode.HELPER_AWAY), Namespace())) is guest

    def away():
        raise HelperAway(HelperCode.HELPER_AWAY)

    assert any("Run it in dom0" in finding.cure for finding in examine(away)) is guest


def test_what_nobody_thought_of_is_one_plain_line(monkeypatch, capsys):
    def explode(_):
        raise RuntimeError("boom")

    monkeypatch.setattr("qnet_gui.cli.commands.status", explode)
    assert main(["status"]) == 1
    said = capsys.readouterr().err
    assert said == "qnet: This should not have happened (RuntimeError). Run it with --debug for the details.\n"


@pytest.mark.parametrize("number", [signal.SIGINT])
def test_an_interrupt_is_quiet(tmp_path, number):
    """Interrupted while it waits for a helper that says nothing."""
    import socket

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "bus"))
        server.listen()
        process = subprocess.Popen(
            [sys.executable, "-m", "qnet_gui.cli", "status"], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/bus", "QNET_LAB": ""},
        )  # fmt: skip
        connection, _ = server.accept()
        time.sleep(0.2)
        process.send_signal(number)
        connection.close()
        out, err = process.communicate(timeout=DEADLINE)
    assert out == ""
    assert "Traceback" not in err
    assert process.returncode in (130, 1)


def test_quick_commands_import_nothing_heavy():
    code = "import sys; from qnet_gui.cli import main; main(['status']); print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **NOBODY}, cwd=ROOT, capture_output=True, text=True, check=True
    )
    modules = set(done.stdout.split())
    assert "dbus" in modules
    for heavy in ("pyroute2", "pyxs", "PyQt5", "gi", "qnet_gui.lab", "qnet_gui.store", "asyncio"):
        assert heavy not in modules


def test_every_command_but_those_that_run_programs_has_json_for_programs():
    groups = {name: arguments.build()._subparsers._group_actions[0].choices[name] for name in COMMANDS}
    verbs = {
        (name, verb): parser
        for name in VERBS
        for verb, parser in groups.pop(name)._subparsers._group_actions[0].choices.items()
        if name != "lab"  # a lab is for people; its status is for programs too
    }
    without = {
        name
        for name, parser in {**groups, **verbs}.items()
        if "--json" not in {option for action in parser._actions for option in action.option_strings}
    }
    assert without == {"applet-host", "completion"}


def test_the_completion_knows_every_command_verb_and_option():
    text = (ROOT / "desktop/completion/qnet").read_text()
    parser = arguments.build()
    subparsers = next(action for action in parser._actions if hasattr(action, "choices") and action.dest == "command")
    assert re.search(r'commands="([^"]*)"', text)[1].split() == list(subparsers.choices)
    groups = {
        name: next(action for action in subparsers.choices[name]._actions if action.dest == "verb").choices
        for name in VERBS
    }
    assert set(re.search(r'verbs="([^"]*)"', text)[1].split()) == set(groups["lab"])
    for name in set(VERBS) - {"lab"}:
        assert list(groups[name]) == VERBS[name]
        assert f'"") words="{" ".join(VERBS[name])} $common"' in text
    for command in [*subparsers.choices.values(), *(verb for verbs in groups.values() for verb in verbs.values())]:
        for action in command._actions:
            for option in action.option_strings:
                assert len(option) == 2 or option in text, option


def test_the_completion_offers_each_verb_its_own_options_and_no_others():
    def verbs(parser, *words):
        """Each command with what it takes."""
        inner = [action.choices for action in parser._actions if action.dest in ("command", "verb") and action.choices]
        yield words, {option for action in parser._actions for option in action.option_strings if len(option) > 2}
        for name, child in (item for choices in inner if isinstance(choices, dict) for item in choices.items()):
            yield from verbs(child, *words, name)

    taken = {" ".join(words): options for words, options in verbs(arguments.build())}
    script = """
        source "$0"
        for words in "$@"; do
            COMP_WORDS=(qnet $words --); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _qnet
            echo "$words:${COMPREPLY[@]}"
        done
    """
    done = subprocess.run(
        ["/bin/bash", "-c", script, str(ROOT / "desktop/completion/qnet"), *taken], capture_output=True, text=True,
        check=True, env={**os.environ, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    offered = dict(line.split(":") for line in done.stdout.splitlines())
    assert {words: set(options.split()) for words, options in offered.items()} == taken


NAMES = ["work", "my vm", "$(touch one)", "`touch two`", "*", "$HOME", "w'x"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("qnet routes --domain |", NAMES), ("qnet domain pause w|", ["work", "w'x"]), ("qnet netvm set m|", ["my vm"]),
        ("qnet domain pause my\\ |", ["my vm"]), ("qnet lab exec $|", ["$(touch one)", "$HOME"]),
        ("qnet lab pause n|", ["netvm"]), ("qnet --lab `|", ["`touch two`"]), ("qnet domain pause --j|", ["--json"]),
        ("qvm-set-default-netvm w|", ["work", "w'x"]),
    ],
)  # fmt: skip
def test_the_completion_takes_no_name_for_a_command(tmp_path, typed, offered):
    """`compgen -W` expands the words that it is given: whoever pressed Tab did what a domain was called."""
    fake = tmp_path / "bin/qnet"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\ncat <<'END'\n" + "\n".join(NAMES) + "\nEND\n")
    fake.chmod(0o755)
    words = [word.replace("\0", "\\ ") for word in typed.removesuffix("|").replace("\\ ", "\0").split(" ")]
    script = """
        source "$0"
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        case $1 in qnet) _qnet ;; *) _qvm ;; esac
        for word in "${COMPREPLY[@]}"; do eval "printf '%s\\\\n' $word"; done
    """
    done = subprocess.run(
        ["/bin/bash", "-c", script, str(ROOT / "desktop/completion/qnet"), *words], capture_output=True, text=True,
        cwd=tmp_path, check=True, env={**os.environ, "PATH": f"{fake.parent}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert (done.stdout.splitlines(), done.stderr) == (offered, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("qnet map --svg m", "my file.svg"), ("qnet netvm make --from \\$", "$(touch one).img")],
)
def test_nor_the_name_of_a_file(tmp_path, typed, name):
    """It stood on the line as it was: Enter after Tab did what a file was called."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / name).touch()
    setup = tmp_path / "setup"
    setup.write_text(
        f"cd '{folder}'; source '{ROOT}/desktop/completion/qnet'\n"
        "qnet() { printf 'given <%s>\\n' \"${!#}\"; }; PS1='ready> '\n"
    )
    bash = Terminal("/bin/bash", "--noprofile", "--rcfile", str(setup), "-i")
    bash.until("ready> ")
    bash.type(f"{typed}\t\n")
    bash.until(f"given <{name}>")
    bash.close()
    assert [path.name for path in folder.iterdir()] == [name]


# -- texts


UP = Uplink(
    "wlan0", UplinkKind.WIFI, UplinkState.UP, True, IPv4Address("192.168.0.12"), IPv4Address("192.168.0.1"),
    (IPv4Address("192.168.0.1"),), "Home", 70, "Home", 1400,
)  # fmt: skip
WHOLE = Snapshot(
    Netvm("netvm", 1, NetvmState.RUNNING, AgentState.RUNNING),
    (UP, Uplink("eth0", UplinkKind.CABLE, connection="eth0")),
    Dns(redirects=redirects(DEFAULT_VIRTUAL, [IPv4Address("192.168.0.1")])),
    domains=(
        Domain("personal", 12, DomainState.PAUSED, IPv4Address("10.137.0.16"), "vif12.0", "netvm"),
        Domain("vault", 3, DomainState.RUNNING),
    ),
    isolation=Isolation(
        (
            Fact(IsolationCode.HAS_ADDRESS, address="10.9.9.1/24", interface="tun0"),
            Fact(IsolationCode.LISTENS_ON, kind="tcp", number=22),
        ),
        ("eth0 (0000:00:03.0)",),
        Iommu.ON,
        ("vault",),
        2,
    ),
    problems=(Problem(ProblemCode.VIF_REFUSED, vif="vif12.0"),),
)


TEXT = """\
Connected to Home by Wi-Fi (wlan0, 192.168.0.12). 1 problem: The vif vif12.0 was refused by netvm.

DOMAIN    ID  STATE    ADDRESS      VIF      NETVM
personal  12  paused   10.137.0.16  vif12.0  netvm
vault     3   running  -            -        -

UPLINK  KIND   STATE        ADDRESS       GATEWAY      SERVERS      MTU   NETWORK
wlan0   wifi   up, default  192.168.0.12  192.168.0.1  192.168.0.1  1400  Home 70 %
eth0    cable  down         -             -            -            -     -

NAME SERVER  REDIRECTED TO
10.139.1.1   192.168.0.1
10.139.1.2   192.168.0.1

ISOLATION                 FOUND
dom0                      has the address 10.9.9.1/24 on tun0
dom0                      listens on tcp 22
dom0's own network cards  eth0 (0000:00:03.0), 2 more
IOMMU                     on
domains without a netvm   vault

Problems:
* The vif vif12.0 was refused by netvm.
  See hotplug-error of that vif, or the agent's log."""


def test_the_whole_status():
    assert show.status(WHOLE) == TEXT


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Uplink)])
def test_every_field_of_an_uplink_is_shown(field):
    """One that is added and forgotten here would be seen by nobody."""
    other = Uplink(
        "tun7", UplinkKind.VPN, UplinkState.CONNECTING, False, IPv4Address("10.8.0.2"), IPv4Address("10.8.0.1"),
        (IPv4Address("10.8.0.53"),), "Cafe", 35, "office", 1300,
    )  # fmt: skip
    shown = set()
    for uplink in (UP, dataclasses.replace(UP, kind=UplinkKind.CABLE)):
        changed = dataclasses.replace(uplink, **{field: getattr(other, field)})
        shown.add(show.status(Snapshot(WHOLE.netvm, (changed,))) != show.status(Snapshot(WHOLE.netvm, (uplink,))))
    assert True in shown


NOTHING = """\
netvm is not running. Domains have no network.

No domains run.

ISOLATION                 FOUND
dom0                      has no address, no route and no open port
dom0's own network cards  none
IOMMU                     unknown
domains without a netvm   none"""


def test_the_status_of_nothing():
    assert show.status(Snapshot(Netvm("netvm"))) == NOTHING
    open_ = Snapshot(Netvm("netvm"), dom0=Dom0Connection(Dom0State.OPEN))
    assert "has no address, no route and no open port, apart from its link for the upgrade\n" in show.status(open_)
    assert show.dns(Snapshot(Netvm("netvm"))) == "Nothing is redirected: names do not resolve."


@pytest.mark.parametrize("display", ["", ":4242"])
def test_nm_applet_needs_a_helper(qnet, monkeypatch, display):
    monkeypatch.setenv("DISPLAY", display)
    done = qnet("applet")
    assert done.returncode == 1
    assert done.stderr.startswith("qnet: The network helper is not running.\n")


@pytest.mark.parametrize("number", hangups.HANGUPS)
def test_a_hangup_is_like_ctrl_c(number: signal.Signals) -> None:
    signal.signal(number, signal.SIG_IGN)  # as nohup has it
    hangups.are_like_ctrl_c()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
