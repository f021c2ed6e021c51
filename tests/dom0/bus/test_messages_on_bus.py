"""What the helper tells of an operation on the real bus: an English sentence, a code, and arguments that fit both."""

from __future__ import annotations

from helper_dom0 import NAME

from qnet_gui.model.errors import Refused
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.plain import plain as in_english
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.wire.message_wire import read
from qnet_gui.runtime.dbus_values import plain


def test_steps_and_the_end_of_an_operation(dom0):
    def pause(domid):
        raise Refused(in_english("This domain cannot be paused."))

    dom0.verbs |= {"pause": pause, "unpause": lambda domid: None}
    dom0.settle("--journal", str(dom0.folder / "journal.json"))
    steps, ends = [], []
    matches = [
        dom0.bus.add_signal_receiver(lambda *arguments: steps.append(plain(arguments)), "Step", NAME, NAME),
        dom0.bus.add_signal_receiver(lambda *arguments: ends.append(plain(arguments)), "OperationEnded", NAME, NAME),
    ]
    dom0.bus.get_name_owner(NAME)  # an answer of the bus: the matches are in force
    number = dom0.call("ConnectDom0", "u", 5)
    dom0.spin(lambda: ends)
    for match in matches:
        match.remove()
    for *_, sentence, code, arguments in [*steps, *ends]:
        assert str(read(code, arguments)) == sentence
    begun, failed, *undone = steps
    assert begun == [number, "pause", "begun", "pausing the other domains", "pausing-others", {}]
    refusal = in_english("This domain cannot be paused.")
    assert failed == [number, "pause", "failed", refusal.english, "plain", {"text": refusal.english}]
    assert {state for _, _, state, *_ in undone} == {"undone"}
    [end] = ends
    assert end[:3] == [number, "org.qnet.Error.Refused", f"{refusal.english} Everything has been put back."]
    assert read(*end[3:]) == Message(UpgradeCode.PUT_BACK, why=refusal)
