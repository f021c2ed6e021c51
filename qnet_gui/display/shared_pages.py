"""Where the pages are that the netvm's screen and keyboard share with dom0, as its frontends say it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

#: Bytes of a page, and of the frame that it is in.
PAGE_SIZE = 4096


@dataclass(frozen=True, slots=True)
class SharedPage:
    """Where a frontend's page is, and the port by which it is rung."""

    frame: int
    port: int


@dataclass(frozen=True, slots=True)
class ScreenPages:
    """Those of the frame buffer, and of keyboard and pointer."""

    vfb: SharedPage
    vkbd: SharedPage
