"""The introspection data of an exported object, made from its declarations. Pure."""

from __future__ import annotations

import dbus

from qnet_gui.dom0.bus.declare import Declaration
from qnet_gui.dom0.bus.interface import DeclaredObject, Signal

INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
PROPERTIES = "org.freedesktop.DBus.Properties"

_HEAD = """<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
"""
_STANDARD = f"""  <interface name="{INTROSPECTABLE}">
    <method name="Introspect"><arg name="data" type="s" direction="out"/></method>
  </interface>
  <interface name="{PROPERTIES}">
    <method name="Get">
      <arg name="interface" type="s" direction="in"/>
      <arg name="name" type="s" direction="in"/>
      <arg name="value" type="v" direction="out"/>
    </method>
    <method name="GetAll">
      <arg name="interface" type="s" direction="in"/>
      <arg name="values" type="a{{sv}}" direction="out"/>
    </method>
    <method name="Set">
      <arg name="interface" type="s" direction="in"/>
      <arg name="name" type="s" direction="in"/>
      <arg name="value" type="v" direction="in"/>
    </method>
    <signal name="PropertiesChanged">
      <arg name="interface" type="s"/>
      <arg name="changed" type="a{{sv}}"/>
      <arg name="invalidated" type="as"/>
    </signal>
  </interface>
"""


def _arguments(names: tuple[str, ...], signature: str, direction: str) -> str:
    return "".join(
        f'      <arg name="{name}" type="{kind}" direction="{direction}"/>\n'
        for name, kind in zip(names, dbus.Signature(signature), strict=True)
    )


def _method(name: str, declared: Declaration) -> str:
    listed = _arguments(declared.names, declared.takes, "in") + _arguments(declared.results, declared.gives, "out")
    return f'    <method name="{name}">\n{listed}    </method>\n'


def _signal(name: str, signal: Signal) -> str:
    listed = "".join(f'      <arg name="{argument}" type="{kind}"/>\n' for argument, kind in signal.arguments.items())
    return f'    <signal name="{name}">\n{listed}    </signal>\n'


def describe(declared: DeclaredObject) -> str:
    """The XML of an object."""
    properties = "".join(
        f'    <property name="{name}" type="{property_.signature}" access="read"/>\n'
        for name, property_ in declared.properties.items()
    )
    methods = "".join(_method(name, method) for name, method in sorted(declared.methods.items()))
    signals = "".join(_signal(name, signal) for name, signal in sorted(declared.signals.items()))
    own = f'  <interface name="{declared.interface_name}">\n{methods}{signals}{properties}  </interface>\n'
    return f"{_HEAD}<node>\n{_STANDARD}{own}</node>\n"


def describe_parent(path: str, child: str) -> str:
    """The XML of a path above an object's, so that browsers of the bus find the object; empty for other paths."""
    below = path.rstrip("/") + "/"
    if not child.startswith(below):
        return ""
    return f'{_HEAD}<node>\n  <node name="{child.removeprefix(below).split("/")[0]}"/>\n</node>\n'
