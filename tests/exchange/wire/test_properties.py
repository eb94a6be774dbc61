"""What must hold for whatever is sent."""

from __future__ import annotations

import struct
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.wire.door import Sent, read_parameters
from tradefleet.exchange.wire.signing import signature, signed_part, signed_right
from tradefleet.exchange.wire.websocket import Opcode, close_frame, frame

NAMES = st.text("abcXYZ019_.-[]", min_size=1, max_size=10)
PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
GIVEN = st.dictionaries(NAMES, PRINTABLE, max_size=6)


def sent(query: str = "", body: str = "") -> Sent:
    return Sent("POST", "/api/v3/order", query, body, None, "")


@given(GIVEN, GIVEN, st.sampled_from([quote, quote_plus]))
def test_what_is_sent_is_what_is_read(query: dict[str, str], body: dict[str, str], how: object) -> None:
    found = read_parameters(sent(urlencode(query, quote_via=how), urlencode(body, quote_via=how)))  # type: ignore[call-overload]
    assert found == {**body, **query}


@given(st.text(max_size=100), st.text(st.characters(max_codepoint=255), max_size=100))
def test_anything_is_read_or_refused(query: str, body: str) -> None:
    try:
        found = read_parameters(sent(query, body))
    except Reject as reject:
        assert reject.code in (-1100, -1101) and reject.status == 400
    else:
        assert all(value.isascii() and (value == "" or value.isprintable()) for value in found.values())


@given(st.lists(st.text("ab=%+12", max_size=8).filter(lambda piece: not piece.startswith("signature=")), max_size=6),
       st.integers(0, 6))  # fmt: skip
def test_the_signature_is_not_part_of_what_is_signed(pieces: list[str], at: int) -> None:
    at = min(at, len(pieces))
    whole = "&".join([*pieces[:at], "signature=00ff", *pieces[at:]])
    assert signed_part(whole) == "&".join(pieces)


@given(st.text(min_size=1, max_size=80), st.text("ab&=", max_size=80), st.text("ab&=", max_size=80))
def test_a_signature_fits_what_was_signed_and_nothing_else(secret: str, payload: str, other: str) -> None:
    made = signature(secret, payload)
    assert signed_right(secret, payload, made) and signed_right(secret, payload, made.upper())
    assert signed_right(secret, other, made) is (other == payload)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 100_000])
@pytest.mark.parametrize("opcode", list(Opcode))
def test_frames_tell_their_kind_and_length(size: int, opcode: Opcode) -> None:
    data = frame(b"x" * size, opcode)
    assert data[0] == 0x80 | opcode and data.endswith(b"x" * size)
    head = data[: len(data) - size]
    length = {
        2: lambda: head[1],
        4: lambda: struct.unpack("!H", head[2:])[0],
        10: lambda: struct.unpack("!Q", head[2:])[0],
    }
    assert length[len(head)]() == size
    assert (size < 126, 126 <= size < 65_536) == (len(head) == 2, len(head) == 4)


def test_a_long_reason_is_cut_to_what_a_control_frame_may_hold() -> None:
    assert len(close_frame(1008, "x" * 1_000)) == 2 + 125
