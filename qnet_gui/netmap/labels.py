"""The colours of labels, for whatever paints or writes them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from qnet_gui.model.domain import Label

#: As `#rrggbb`; who has no label has none.
COLOURS: Mapping[Label, str] = MappingProxyType(
    {
        Label.RED: "#da4453", Label.ORANGE: "#f67400", Label.YELLOW: "#e5c100", Label.GREEN: "#27ae60",
        Label.BLUE: "#2980b9", Label.PURPLE: "#8e44ad", Label.GRAY: "#95a5a6", Label.BLACK: "#232629",
    }
)  # fmt: skip
