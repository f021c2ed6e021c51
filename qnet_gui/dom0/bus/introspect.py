"""The introspection data of an exported object, made from its declarations. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import dbus

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


class _Declared(Protocol):
    @property
    def takes(self) -> str: ...
    @property
    def gives(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...


class _Describable(Protocol):
    @property
    def interface(self) -> str: ...
    @property
    def properties(self) -> Mapping[str, str]: ...
    @property
    def methods(self) -> Mapping[str, tuple[_Declared, str]]: ...
    @property
    def signals(self) -> Mapping[str, Mapping[str, str]]: ...


def _method(name: str, declared: _Declared) -> str:
    arguments = [
        f'      <arg name="{argument}" type="{kind}" direction="in"/>\n'
        for argument, kind in zip(declared.names, dbus.Signature(declared.takes), strict=True)
    ]
    arguments += [f'      <arg type="{kind}" direction="out"/>\n' for kind in dbus.Signature(declared.gives)]
    return f'    <method name="{name}">\n{"".join(arguments)}    </method>\n'


def _signal(name: str, arguments: Mapping[str, str]) -> str:
    listed = "".join(f'      <arg name="{argument}" type="{kind}"/>\n' for argument, kind in arguments.items())
    return f'    <signal name="{name}">\n{listed}    </signal>\n'


def describe(exported: _Describable) -> str:
    """The XML of an object."""
    properties = "".join(
        f'    <property name="{name}" type="{kind}" access="read"/>\n' for name, kind in exported.properties.items()
    )
    methods = "".join(_method(name, declared) for name, (declared, _) in sorted(exported.methods.items()))
    signals = "".join(_signal(name, arguments) for name, arguments in sorted(exported.signals.items()))
    own = f'  <interface name="{exported.interface}">\n{methods}{signals}{properties}  </interface>\n'
    return f"{_HEAD}<node>\n{_STANDARD}{own}</node>\n"


def describe_parent(path: str, child: str) -> str:
    """The XML of a path above an object's, so that browsers of the bus find the object; empty for other paths."""
    below = path.rstrip("/") + "/"
    if not child.startswith(below):
        return ""
    return f'{_HEAD}<node>\n  <node name="{child.removeprefix(below).split("/")[0]}"/>\n</node>\n'
