"""pyroute2's rtnetlink, without the rest of pyroute2: `IPRoute` and its error.

Importing pyroute2 runs its package file, which loads NDB, IPDB, an HTTP server and SQLite: 8 MB in every
process of ours and 50 ms at each start, for nothing. So the package is entered without that file being run; its
modules are the very same. Tried with pyroute2 0.7 and 0.9. Where the package is loaded already, it is used as it is.
"""

from __future__ import annotations

import importlib.util
import sys


def _enter_package() -> None:
    spec = importlib.util.find_spec("pyroute2")
    if spec is not None:  # else the import below says so
        sys.modules["pyroute2"] = importlib.util.module_from_spec(spec)


if "pyroute2" not in sys.modules:
    _enter_package()

from pyroute2.iproute import IPRoute  # noqa: E402 - only now
from pyroute2.netlink.exceptions import NetlinkDumpInterrupted, NetlinkError  # noqa: E402

__all__ = ["IPRoute", "NetlinkDumpInterrupted", "NetlinkError"]
