"""Interfaces by declaration: what a class offers on the bus, and what several of them make up as one object. Pure.

A class that brings a D-Bus method without a declared action is refused where it is defined, and so is an object of
which two interfaces declare the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from qnet_gui.dom0.bus.declare import Declaration

Declared = TypeVar("Declared", "Declaration", "Signal", "Property")


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal: what it tells, and the names of its arguments with their D-Bus signatures."""

    name: str
    text: str
    arguments: Mapping[str, str]

    @property
    def signature(self) -> str:
        """All of its arguments."""
        return "".join(self.arguments.values())


@dataclass(frozen=True, slots=True)
class Property:
    """A property: its D-Bus signature, and what it is. It is read-only, and signalled when it changes."""

    name: str
    signature: str
    text: str


def _declared_in(base: type) -> dict[str, tuple[Declaration, str]]:
    """What a class itself declares, by the methods' names; refuses a class that has a D-Bus method of another kind."""
    methods: dict[str, tuple[Declaration, str]] = {}
    for attribute, value in vars(base).items():
        declared = getattr(value, "declaration", None)
        if hasattr(value, "_dbus_is_method") or (attribute[0].isupper() and callable(value) and not declared):
            raise TypeError(f"{base.__name__}.{attribute} is a D-Bus method without a declared action.")
        if declared:
            if declared.name in methods:
                raise TypeError(f"{base.__name__}: {declared.name} is declared twice.")
            methods[declared.name] = (declared, attribute)
    return methods


class Interface:
    """Base of a part of an object on the bus: declares methods, signals and properties, and has what these need."""

    #: Name to declaration and the attribute that handles the calls; made from what is declared by `@method`.
    methods: ClassVar[Mapping[str, tuple[Declaration, str]]] = {}
    signals: ClassVar[tuple[Signal, ...]] = ()
    properties: ClassVar[tuple[Property, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        methods: dict[str, tuple[Declaration, str]] = {}
        for base in reversed(cls.__mro__):  # a base need not be one of ours to bring methods in
            for name, declared in _declared_in(base).items():
                if name in methods:
                    raise TypeError(f"{cls.__name__}: {name} is declared twice.")
                methods[name] = declared
        if len({attribute for _, attribute in methods.values()}) < len(methods):
            raise TypeError(f"{cls.__name__}: one handler hides that of another method.")
        cls.methods = methods

    def read_properties(self, done: Callable[[Mapping[str, object]], None]) -> None:
        """Give the values of all of its properties, of the declared types, to `done`, now or later."""
        raise NotImplementedError


class DeclaredObject:
    """What an object on the bus is made of: its path, its interface's name there, and the classes that declare it.

    Callers see one interface, whichever class a method is declared in.
    """

    def __init__(self, path: str, interface_name: str, interfaces: tuple[type[Interface], ...]) -> None:
        self.path = path
        self.interface_name = interface_name
        self.interfaces = interfaces
        self.methods = _by_name(interfaces, lambda declarer: [declared for declared, _ in declarer.methods.values()])
        self.signals = _by_name(interfaces, lambda declarer: declarer.signals)
        self.properties = _by_name(interfaces, lambda declarer: declarer.properties)


def _by_name(
    interfaces: tuple[type[Interface], ...], declared_in: Callable[[type[Interface]], Iterable[Declared]]
) -> Mapping[str, Declared]:
    """What is declared of one kind, by its name on the bus."""
    everything: dict[str, Declared] = {}
    for interface in interfaces:
        for declared in declared_in(interface):
            if declared.name in everything:
                raise TypeError(f"{interface.__name__}: {declared.name} is declared by this object already.")
            everything[declared.name] = declared
    return everything
