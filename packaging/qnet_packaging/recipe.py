"""packaging/packages.toml: what each package is called, says of itself, and needs. Reads that one file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from qnet_gui.install import CHECKOUT, PACKAGES

FOLDER = CHECKOUT / "packaging"
_PROJECT = {"maintainer", "homepage", "license"}


@dataclass(frozen=True, slots=True)
class Recipe:
    """One package; `name` is its own part of `qnet-NAME`. Dependencies are in the words of the distribution."""

    name: str
    summary: str
    description: str
    section: str
    ours: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    debian: tuple[str, ...] = ()
    fedora: tuple[str, ...] = ()
    debian_recommends: tuple[str, ...] = ()
    fedora_recommends: tuple[str, ...] = ()
    debian_suggests: tuple[str, ...] = ()
    fedora_suggests: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        """What it is called, in both distributions."""
        return f"qnet-{self.name}"

    def script(self, distribution: str, when: str) -> str:
        """What is run `when` (postinst, post, …) by the distribution's tools, empty for nothing."""
        path = FOLDER / distribution / f"{self.name}.{when}"
        return path.read_text(encoding="utf-8") if path.exists() else ""


@dataclass(frozen=True, slots=True)
class Recipes:
    """All of them, in the order of the table's packages, and what is said of the whole."""

    maintainer: str
    homepage: str
    license: str
    packages: tuple[Recipe, ...]


def _recipe(name: str, row: dict[str, Any]) -> Recipe:
    known = {field.name for field in fields(Recipe)} - {"name"}
    if unknown := set(row) - known:
        raise ValueError(f"packages.toml, [{name}]: {', '.join(sorted(unknown))} is not known")
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value.strip() for key, value in row.items()
    }
    return Recipe(name=name, **values)


def load(path: Path = FOLDER / "packages.toml") -> Recipes:
    """The recipes; `ValueError` when there is another package, or a key, that the table of files does not have."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    project = {key: table.pop(key) for key in _PROJECT}
    if set(table) != set(PACKAGES):
        raise ValueError(f"packages.toml has {', '.join(table)}; files.toml {', '.join(PACKAGES)}")
    return Recipes(**project, packages=tuple(_recipe(name, table[name]) for name in PACKAGES))
