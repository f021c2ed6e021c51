"""The agent's parts without an agent."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ImportWarning)  # as in the conftest above
    from gi.repository import Gio  # noqa: F401
