"""What a lab's domain has in its files beyond the host's: its identity, qnet as `make install` would install it, and
the settings of the services that it runs. Writes to the domain's own overlays only.
"""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from qnet_gui import install as installer
from qnet_gui.lab.box.place import DOM0, NETVM
from qnet_gui.lab.box.root import CHECKOUT

#: The bus' configuration.
BUS = Path("/run/lab-dbus/system.conf")
_ACTIVATION_PIPE = Path("/run/lab-dbus/activation-requests")
_SERVICES = Path("/run/lab-dbus/services")
_HOST_SERVICES = Path("/usr/share/dbus-1/system-services")
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{services}</servicedir>
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
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Introspectable"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Properties"/>
    <deny send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"
          send_member="UpdateActivationEnvironment"/>
  </policy>
  <includedir>/usr/share/dbus-1/system.d</includedir>
  <includedir>/etc/dbus-1/system.d</includedir>
</busconfig>
"""
#: The bus asks the domain's init, as it would ask systemd.
_HELPER_SERVICE = f"""[D-BUS Service]
Name=org.qnet.Helper1
Exec=/bin/sh -c "echo qnet-helper >{_ACTIVATION_PIPE}"
User=root
"""
_NETWORK_MANAGER = """[main]
plugins=keyfile
dhcp=internal
dns=none
rc-manager=unmanaged
hostname-mode=none
no-auto-default=*

[keyfile]
unmanaged-devices=*,except:interface-name:eth*,except:interface-name:tun*

[connectivity]
enabled=false

[logging]
level=INFO
"""
_CONNECTION = """[connection]
id={name}
uuid={uuid}
type=ethernet
interface-name={name}
autoconnect=true
autoconnect-retries=0

[ipv4]
method=auto

[ipv6]
method=disabled
"""


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        path.unlink()
    path.write_text(text)
    path.chmod(mode)


def _identity(name: str) -> None:
    _write(Path("/etc/hostname"), name + "\n")
    _write(Path("/etc/hosts"), f"127.0.0.1 localhost\n127.0.1.1 {name}\n")
    _write(Path("/etc/resolv.conf"), "# This domain has not been told of any name servers.\n")
    _write(Path("/etc/machine-id"), uuid.uuid4().hex + "\n", 0o444)


def _qnet(role: str) -> None:
    """qnet as `make install` installs it, but that its programs run the checkout's own code."""
    installer.install(role, Path("/"), CHECKOUT, in_place=True)
    installer.put_program(Path("/usr/bin/lab-devd"), "qnet_gui.lab.xen.devd", CHECKOUT)


def _network_manager() -> None:
    """NetworkManager's settings alone: the host's own, passwords included, are none of the netvm's business."""
    settings = Path("/etc/NetworkManager")
    for folder in (settings, Path("/var/lib/NetworkManager")):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for event in ("", "pre-up.d", "pre-down.d", "no-wait.d"):
        (settings / "dispatcher.d" / event).mkdir(parents=True, exist_ok=True)
    _write(settings / "NetworkManager.conf", _NETWORK_MANAGER)
    for name in ("eth0", "eth1"):
        text = _CONNECTION.format(name=name, uuid=uuid.uuid5(uuid.NAMESPACE_DNS, name + ".qnet-lab"))
        _write(settings / f"system-connections/{name}.nmconnection", text, 0o600)


def _bus(role: str) -> None:
    """The system bus with nothing to activate but what this domain is to run."""
    _write(BUS, _BUS.format(services=_SERVICES))
    _SERVICES.mkdir()
    if role == DOM0:
        _write(_SERVICES / "org.qnet.Helper1.service", _HELPER_SERVICE)
    elif role == NETVM:
        for service in ("org.freedesktop.nm_dispatcher.service", "org.freedesktop.nm_priv_helper.service"):
            (_SERVICES / service).symlink_to(_HOST_SERVICES / service)


def open_activation_requests() -> int:
    """The pipe on which the bus names the programs that it wants started; never at its end."""
    _ACTIVATION_PIPE.parent.mkdir(exist_ok=True)
    os.mkfifo(_ACTIVATION_PIPE, 0o600)
    return os.open(_ACTIVATION_PIPE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)


def install(name: str, role: str, first_boot: bool) -> None:
    """Put everything in place; a domain that has booted before keeps what it has on its disk."""
    if first_boot:
        _identity(name)
        if role == NETVM:
            _network_manager()
        _qnet(role)
    if role in (DOM0, NETVM):
        _bus(role)
