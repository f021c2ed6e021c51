"""`qnet doctor` on a booted machine that is broken for real, and its cures as they are printed."""

from __future__ import annotations

import json

from machine import Machine
from test_packages_lives import install

#: What breaks it, the word of what is found then, and how many of the cure's commands are done, from the first one.
BREAKS = (
    ("chmod 644 /etc/xen/scripts/vif-route-qubes", "file-not-executable", 1),
    ("systemctl mask --quiet qnet-netvm", "unit-masked", 1),
    (
        "mkdir -p /etc/systemd/system/qnet-helper.service.d; systemctl daemon-reload;"
        " printf '[Service]\\nType=simple\\n' >/etc/systemd/system/qnet-helper.service.d/mine.conf;"
        " systemctl daemon-reload",
        "unit-otherwise", 2,
    ),
    ("chmod 666 /etc/qnet/netvm.cfg", "config-writable", 1),
    ("ln -sf /gone /etc/resolv.conf", "resolv-conf-dangling", 2),
)  # fmt: skip
#: The same for what is installed again.
DAMAGES = (
    ("rm /usr/share/dbus-1/system.d/org.qnet.Helper1.conf", "file-missing"),
    ("sed -i s/SystemdService/X/ /usr/share/dbus-1/system-services/org.qnet.Helper1.service", "file-changed"),
    ("echo '#' >>/usr/lib/python3/dist-packages/qnet_gui/model/clock.py", "code-changed"),
)


def codes(machine: Machine) -> dict[str, list[str]]:
    """What is found, with the commands of its cure."""
    done = machine.run("qnet doctor --json", 300)
    assert done.status == 1, done.output
    return {row["code"]: row["commands"] for row in json.loads(done.output) if row["code"]}


def test_what_is_broken_is_named_and_its_cure_cures_it(machine: Machine) -> None:
    install(machine, ("common", "dom0"))
    machine.ok("rm -f /etc/resolv.conf; touch /etc/resolv.conf")
    before = set(codes(machine))
    assert {"not-booted-by-xen", "unit-disabled"} <= before
    assert before <= {"not-booted-by-xen", "unit-disabled", "unit-failed"}  # the helper may have been tried by the bus
    for command, *_ in BREAKS:
        machine.ok(command)
    now = codes(machine)
    assert {word for _, word, _ in BREAKS} <= set(now), now
    for _, word, count in BREAKS:
        for cure in now[word][:count]:
            machine.ok(cure.removeprefix("sudo "))
    assert not {word for _, word, _ in BREAKS} & set(codes(machine))
    for command, _ in DAMAGES:
        machine.ok(command)
    assert {word for _, word in DAMAGES} <= set(codes(machine))
    install(machine, ("common", "dom0"))
    assert not {word for _, word in DAMAGES} & set(codes(machine))
