"""What the netvm reports of its name servers' answers is believed only where it fits."""

from __future__ import annotations

from ipaddress import IPv4Address

from qnet_gui.model.dns import ANSWERS_MAX, ServerAnswer, server_answers


def test_what_fits() -> None:
    assert server_answers(["10.0.0.1 12", "10.0.0.2 -", "10.0.0.3 !"]) == [
        ServerAnswer(IPv4Address("10.0.0.1"), 12), ServerAnswer(IPv4Address("10.0.0.2"), -1),
        ServerAnswer(IPv4Address("10.0.0.3"), -2),
    ]  # fmt: skip


def test_what_does_not_is_dropped() -> None:
    assert (
        server_answers(["", "10.0.0.1", "10.0.0.1 -1", "10.0.0.1 60001", "<b> 1", "127.0.0.1 1", "10.0.0.1 1 2"]) == []
    )
    assert len(server_answers(100 * ["10.0.0.1 1"])) == ANSWERS_MAX
