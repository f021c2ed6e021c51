"""Traffic on the bus: who looks says so, and a signal once a second tells what went through.

It is no part of the snapshot, which would be another one each second.
"""

from __future__ import annotations

from qnet_gui.dom0.bus.declare import ANYONE, Call, method
from qnet_gui.dom0.bus.emitter import Emitter
from qnet_gui.dom0.bus.interface import Interface, Signal
from qnet_gui.dom0.observe.traffic_watch import TrafficWatch
from qnet_gui.model.traffic import LEASE, TrafficSample, to_wire
from qnet_gui.runtime.dbus_values import typed


def tell(emitter: Emitter, sample: TrafficSample) -> None:
    """Send the signal that is declared here."""
    emitter.emit("Traffic", typed(to_wire(sample)))


class TrafficInterface(Interface):
    """`watch` knows who looks."""

    signals = (
        Signal(
            "Traffic",
            "What went through the chosen netvm until now, in bytes, by domain and by uplink.\n\n"
            "It comes once a second while anybody looks, and to whoever listens; of a netvm that does not tell, never.",
            {"sample": "a{sv}"},
        ),
    )

    def __init__(self, watch: TrafficWatch) -> None:
        self._watch = watch

    @method("WatchTraffic", action=ANYONE, gives={"seconds": "u"})
    def watch_traffic(self, call: Call) -> None:
        """Have the signal `Traffic` come, for so many seconds from now; who looks for longer calls again before.

        It ends sooner when the caller leaves the bus.
        """
        self._watch.watch(call.caller)
        call.reply(LEASE)

    @method("UnwatchTraffic", action=ANYONE)
    def unwatch_traffic(self, call: Call) -> None:
        """The caller looks no more. Others who look are told as before."""
        self._watch.unwatch(call.caller)
        call.reply()
