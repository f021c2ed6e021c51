"""Why an upgrade of dom0's packages has failed, for people. Pure."""

from __future__ import annotations

from qnet_gui.model.package_upgrade.packages import GONE, NOT_AUTHORISED, OFFLINE, QUESTION, PackageError
from qnet_gui.model.translation import mark, tr

_CAUSES = {
    OFFLINE: mark("PackageKit believes that this computer is offline. Try it in a terminal."),
    NOT_AUTHORISED: mark("The password was not given, or you are not allowed to do this."),
    GONE: mark("PackageKit has ended in the middle of it. Look for updates again."),
    QUESTION: mark("A question has to be answered first, which only a terminal can ask."),
}
#: So many lines of an error are shown, each of them once: apt repeats itself.
_LINES_MAX = 6


def why(error: PackageError | None) -> str:
    """What it has failed of: what is known of such an error, and PackageKit's own words."""
    if error is None:
        return ""
    words = "\n".join([*dict.fromkeys(error.text.splitlines())][:_LINES_MAX])
    return f"{tr(_CAUSES[error.code])} {words}".strip() if error.code in _CAUSES else words
