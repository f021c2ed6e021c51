"""The pages of the window, by the names with which they are asked for, in the order of the sidebar. Pure."""

from __future__ import annotations

PAGE_NAMES = ("overview", "domains", "routes", "names", "upgrade", "log", "settings", "help")
