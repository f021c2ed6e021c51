"""What libxl asks of a QEMU, and that it is content."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.display.libxl.qmp import GREETING, LINE_MAX, QmpConversation


def asked(word: str, number: int = 1) -> dict[str, object]:
    answer = QmpConversation().feed(json.dumps({"execute": word, "id": number}).encode() + b"\r\n")
    assert answer.endswith(b"\r\n")
    return dict(json.loads(answer))


def test_it_greets_with_a_version() -> None:
    version = json.loads(GREETING)["QMP"]["version"]["qemu"]
    assert {*version} == {"major", "minor", "micro"}
    assert GREETING.endswith(b"\r\n")


@pytest.mark.parametrize(
    ("word", "answer"),
    [("qmp_capabilities", {}), ("query-chardev", []), ("query-vnc", {"enabled": False}), ("cont", {})],
)
def test_what_it_needs_it_gets(word: str, answer: object) -> None:
    assert asked(word, 7) == {"return": answer, "id": 7}


def test_what_is_not_known_is_an_error_and_the_line_goes_on() -> None:
    conversation = QmpConversation()
    assert b"CommandNotFound" in conversation.feed(b'{"execute": "device_add", "id": 3}\r\n')
    assert b'"return"' in conversation.feed(b'{"execute": "cont", "id": 4}\r\n')


def test_questions_come_in_pieces_and_together() -> None:
    question = b'{"execute": "cont", "id": 1}\r\n'
    conversation = QmpConversation()
    assert conversation.feed(question[:9]) == b""
    assert conversation.feed(question[9:] + question + question[:3]).count(b"\r\n") == 2


@pytest.mark.parametrize(
    "line",
    [b"{}", b"[]", b"no", b'{"execute": 3}', b"\xff", b'{"execute": "cont"' + b" " * LINE_MAX + b"}", b"[" * LINE_MAX],
    ids=range(7),
)
def test_what_is_no_question_ends_it(line: bytes) -> None:
    with pytest.raises(ValueError):
        QmpConversation().feed(line + b"\n")


def test_a_line_without_an_end_ends_it() -> None:
    with pytest.raises(ValueError, match="too long"):
        QmpConversation().feed(b" " * (LINE_MAX + 1))


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_noise_is_an_answer_or_the_end(pieces: list[bytes]) -> None:
    conversation = QmpConversation()
    try:
        for piece in pieces:
            conversation.feed(piece + b"\n")
    except ValueError:
        return
