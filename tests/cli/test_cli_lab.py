"""The command line against a whole machine: every command, as people and as programs read it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from somebody import become

from qnet_gui.hypervisor.lab import ask
from qnet_gui.lab.box.place import Place

ROUTE_KEYS = ["destination", "gateway", "genmask", "flags", "metric", "ref", "use", "iface"]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def in_lab(qnet, lab):
    return lambda *words, **options: qnet("--lab", lab, *words, **options)


def process_of(lab, program):
    """The process of a service of a lab's: by the lab's control group, since there may be other labs."""
    for procs in Place(lab).cgroup.glob("**/cgroup.procs"):
        for pid in procs.read_text().split():
            if Path(f"/proc/{pid}/cmdline").read_bytes().endswith(f"/usr/bin/{program}\0".encode()):
                return int(pid)
    raise AssertionError(f"no {program} runs")


@contextmanager
def without(qnet, lab, domain, program):
    """A program of a domain is killed for a while."""
    ask(Place(lab).control, "program", 20, domain=domain, program=program, action="stop")
    try:
        yield
    finally:
        ask(Place(lab).control, "program", 20, domain=domain, program=program, action="start")
        until = time.monotonic() + 10
        while qnet("--lab", lab, "doctor").returncode:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_status(in_lab):
    done = in_lab("status")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Connected by cable (eth0, 192.168.0.")
    assert lines[2].split() == ["DOMAIN", "ID", "STATE", "ADDRESS", "VIF", "NETVM"]
    assert [line.split()[0] for line in lines[3:6]] == ["personal", "vault", "work"]
    assert lines[4].split()[2:] == ["running", "-", "-", "-"]
    assert all(line == line.rstrip() for line in lines)


def test_status_for_programs(in_lab):
    done = in_lab("status", "--json")
    snapshot = json.loads(done.stdout)
    assert list(snapshot) == [
        "netvm", "uplinks", "dns", "domains", "dom0", "isolation", "operation", "ended", "problems"
    ]  # fmt: skip
    for domain in snapshot["domains"]:
        assert list(domain) == ["name", "id", "state", "address", "vif", "netvm", "serves", "uuid", "label"]
    assert snapshot["problems"] == []
    work = next(domain for domain in snapshot["domains"] if domain["name"] == "work")
    assert work["vif"] == f"vif{work['id']}.0"
    assert work["netvm"] == snapshot["netvm"]["name"] == "netvm"


def test_routes(in_lab):
    rows = json.loads(in_lab("routes", "--json").stdout)
    assert all(list(row) == ROUTE_KEYS for row in rows)
    assert [row["flags"] for row in rows if row["iface"].startswith("vif")] == ["UH", "UH"]
    text = in_lab("routes").stdout.splitlines()
    assert [head.lower() for head in text[0].split()] == ROUTE_KEYS
    assert len(text) == len(rows) + 1
    [row] = json.loads(in_lab("routes", "--domain", "work", "--json").stdout)
    assert (row["destination"], row["genmask"], row["flags"], row["iface"]) == ("0.0.0.0", "0.0.0.0", "U", "eth0")
    assert json.loads(in_lab("routes", "--domain", "vault", "--json").stdout) == []
    assert in_lab("routes", "--domain", "netvm").stdout == in_lab("routes").stdout


def test_a_domain_that_is_not_there(in_lab):
    done = in_lab("routes", "--domain", "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "qnet: There is no domain 'nobody' that runs.\n"


def test_dns(in_lab):
    dns = json.loads(in_lab("dns", "--json").stdout)
    assert list(dns) == ["source", "redirects"]
    assert [redirect["virtual"] for redirect in dns["redirects"]] == ["10.139.1.1", "10.139.1.2"]
    lines = in_lab("dns").stdout.splitlines()
    assert lines[1].split() == list(dns["redirects"][0].values())


def test_nothing_is_wrong(in_lab):
    done = in_lab("doctor")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing is wrong.\n", "")


def test_reapply_changes_nothing_that_is_well(in_lab):
    before = in_lab("status").stdout
    assert in_lab("reapply").returncode == 0
    assert in_lab("status").stdout == before


def test_a_stopped_agent_is_named_with_its_cure(qnet, lab, in_lab):
    with without(qnet, lab, "netvm", "qnet-agent"):
        done = in_lab("doctor")
        assert done.returncode == 1
        assert done.stdout == "* The agent in netvm has stopped.\n  Start qnet-agent in netvm, or restart netvm.\n"
        assert "Problems:\n* The agent in netvm has stopped." in in_lab("status").stdout
        done = in_lab("routes")
        assert done.returncode == 1
        assert "did not answer within 3 seconds" in done.stderr  # the helper has ended it, and not our own deadline


def test_a_helper_that_is_away_or_hangs(qnet, lab, in_lab):
    with without(qnet, lab, "dom0", "qnet-helper"):
        pass  # in a lab the bus starts it again for whoever asks; outside of one, see test_cli_alone
    log = Path(f"/run/qnet-lab/{lab}/log/dom0-qnet-helper.log").read_text()
    assert "Traceback" not in log
    pid = process_of(lab, "qnet-helper")
    os.kill(pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        done = in_lab("status")
        assert (done.returncode, done.stderr) == (1, "qnet: The network helper does not answer.\n")
        assert time.monotonic() - begun < 25
    finally:
        os.kill(pid, signal.SIGCONT)
    assert in_lab("status").returncode == 0


def test_the_lab_can_be_named_by_the_environment(qnet, lab):
    assert qnet("status", env={"QNET_LAB": lab}).stdout.startswith("Connected")
    assert qnet("status", "--lab", lab, env={"QNET_LAB": "nosuch"}).returncode == 0


def test_a_lab_that_is_not_there(as_root, qnet):
    done = qnet("--lab", "nosuch", "status")
    assert done.returncode == 1
    assert done.stderr == "qnet: There is no lab named nosuch. Start it: sudo qnet lab up --name nosuch\n"
    done = qnet("--lab", "../etc", "status")
    assert done.returncode == 1
    assert done.stderr.startswith("qnet: '../etc' cannot be a lab's name")


def test_acting_in_a_lab_needs_root(lab):
    command = [*become(65534), sys.executable, "-m", "qnet_gui.cli", "--lab", lab, "status"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    assert done.stderr == f"qnet: Acting in a lab needs root: sudo qnet --lab {lab} …\n"


def test_whoever_reads_may_stop(lab):
    command = f"{sys.executable} -m qnet_gui.cli --lab {lab} status --json | head -1"
    done = subprocess.run(["/bin/bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("{\n", "")


def completed(lab, *words):
    """What bash offers for the last word."""
    bin_ = Path(sys.executable).parent
    script = """
        source desktop/completion/qnet
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _qnet; printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(
        ["/bin/bash", "-c", script, "bash", *words], capture_output=True, text=True, cwd=ROOT, check=True,
        env={**os.environ, "QNET_LAB": lab, "PATH": f"{bin_}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


def test_completion_knows_the_domains_and_the_labs(lab):
    assert completed(lab, "qnet", "routes", "--domain", "") == ["personal", "vault", "work"]
    assert completed(lab, "qnet", "routes", "--domain", "w") == ["work"]
    assert completed(lab, "qnet", "lab", "exec", "v") == ["vault"]
    assert lab in completed(lab, "qnet", "--lab", "")


def test_on_a_terminal(lab):
    """Text and exit status are the same; nothing is coloured, nothing moves."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-m", "qnet_gui.cli", "--lab", lab, "doctor"])  # noqa: S606
    text = b""
    try:
        while chunk := os.read(fd, 4096):
            text += chunk
    except OSError:  # the other end has gone
        pass
    os.close(fd)
    assert text == b"Nothing is wrong.\r\n"
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
