"""What an action is called where it is asked for, or has failed. Pure."""

from __future__ import annotations

from qnet_gui.model.translation import tr
from qnet_gui.tray.state.menu import Action, ActionRequest


def title(request: ActionRequest) -> str:
    """What was wanted, in a few words."""
    texts = {
        Action.PAUSE: tr("Pause {name}", name=request.name),
        Action.UNPAUSE: tr("Unpause {name}", name=request.name),
        Action.ATTACH: tr("Attach {name} to the network", name=request.name),
        Action.DETACH: tr("Cut {name} off the network", name=request.name),
        Action.NETVM: tr("Make {name} the netvm", name=request.name),
        Action.MOVE: tr("Move to {name}", name=request.name),
        Action.START_NETVM: tr("Start the netvm"),
        Action.RESTART_NETVM: tr("Restart the netvm"),
        Action.STOP_NETVM: tr("Stop the netvm"),
        Action.START_HELPER: tr("Start the helper"),
        Action.REAPPLY: tr("Apply again"),
        Action.DISCONNECT: tr("Disconnect dom0"),
        Action.NETAPPLET: tr("Network applet (nm-applet)"),
        Action.EXTEND: tr("Keep dom0 connected for longer"),
    }
    return texts[request.action]
