"""What the dom0 of the tests stands on: the rules of its bus, and a mount namespace in which polkit knows people.

One of them has a session on the screen, one a session that has not got the screen now, one is an administrator.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Accounts that every Debian has: one with a session on the screen, one whose session has not got the screen now, one
#: whose password polkit accepts as an administrator's, and one who is nothing of these.
ACTIVE, INACTIVE, ADMIN, NOBODY = 1, 2, 3, 65534

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf</include>
  <include>{root}/desktop/dbus/org.qnet.Helper1.conf</include>
</busconfig>
"""
_MOUNTS = """
set -e
mkdir -p /run/xen /run/systemd
mount -t tmpfs none /run/xen
ln -s {hypervisor} /run/xen/lab-hypervisor
mount --bind {actions} /usr/share/polkit-1/actions
mount -t tmpfs none /etc/polkit-1
mkdir /etc/polkit-1/rules.d
echo 'polkit.addAdminRule(function() {{ return ["unix-user:" + {admin}]; }});' > /etc/polkit-1/rules.d/10-tests.rules
: > {resolvconf}
[ ! -e /etc/resolv.conf ] || mount --bind {resolvconf} /etc/resolv.conf
for cards in /sys/class/net /sys/bus/pci/devices; do
  [ ! -d $cards ] || mount -t tmpfs none $cards
done
mount -t tmpfs -o mode=755 none /run/systemd
mkdir /run/systemd/sessions /run/systemd/users /run/systemd/seats
{sessions}echo ready
exec sleep infinity
"""
_SESSION = r"""
printf 'UID={uid}\nUSER={uid}\nACTIVE={active}\nIS_DISPLAY=1\nSTATE={state}\nREMOTE=0\nTYPE=x11\n' \
  > /run/systemd/sessions/{session}
printf 'CLASS=user\nSEAT=seat0\n' >> /run/systemd/sessions/{session}
printf 'NAME={uid}\nSTATE={state}\nDISPLAY={session}\nSESSIONS={session}\nACTIVE_SESSIONS={at_screen}\n' \
  > /run/systemd/users/{uid}
"""
_SEAT = r"""
printf 'IS_SEAT0=1\nACTIVE={session}\nACTIVE_UID={uid}\nSESSIONS={sessions}\nUIDS={uids}\n' > /run/systemd/seats/seat0
"""


def bus(socket: str) -> str:
    """The configuration of a system bus that listens there."""
    return _BUS.format(socket=socket, root=ROOT)


def namespace(hypervisor: Path, actions: Path, resolvconf: Path, sessions: dict[int, str]) -> str:
    """What a shell does in a new mount namespace; it says so when it is ready, and stays."""
    return _MOUNTS.format(
        hypervisor=hypervisor, actions=actions, resolvconf=resolvconf, admin=ADMIN, sessions=_logind(sessions)
    )


def _logind(sessions: dict[int, str]) -> str:
    """Commands that write what logind would: who is logged in at the one seat, and that `ACTIVE` has it."""
    commands = ""
    for uid, session in sessions.items():
        active = {"active": 1, "state": "active", "at_screen": session}
        away = {"active": 0, "state": "online", "at_screen": ""}
        commands += _SESSION.format(uid=uid, session=session, **(active if uid == ACTIVE else away))
    everybody = {"sessions": " ".join(sessions.values()), "uids": " ".join(map(str, sessions))}
    return commands + _SEAT.format(uid=ACTIVE, session=sessions[ACTIVE], **everybody)
