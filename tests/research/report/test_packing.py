"""Columns survive packing; the browser's half is tried in test_browser.py."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.research.report.packing import (
    decimal_places,
    pack_decimals,
    pack_floats,
    pack_integers,
    pack_texts,
    pack_times,
)
from tradefleet.research.report.payload import embedded

whole = st.integers(-(2**51), 2**51)


def unpacked(column: dict[str, Any]) -> np.ndarray:
    """What assets/unpack.js does, in Python."""
    raw = np.frombuffer(zlib.decompress(base64.b64decode(column["data"])), dtype=np.uint8)
    if column["kind"] == "floats":
        return np.ascontiguousarray(raw.reshape(4, -1).T).view("<f4").ravel()
    planes = raw.reshape(column["planes"], column["length"]).astype(np.float64)
    codes = (planes * 256.0 ** np.arange(column["planes"])[:, None]).sum(axis=0)
    steps = np.where(codes % 2 == 1, -(codes + 1) / 2, codes / 2)
    return (np.cumsum(steps) if column["delta"] else steps) / column["divisor"]


@given(st.lists(whole), st.booleans())
def test_whole_numbers_survive(values: list[int], delta: bool) -> None:
    column = pack_integers(np.array(values, dtype=np.int64), delta=delta)
    assert unpacked(json.loads(json.dumps(column))).tolist() == values


@given(st.lists(st.floats(width=32)))
def test_single_floats_survive_with_what_is_not_a_number(values: list[float]) -> None:
    column = pack_floats(np.array(values, dtype=np.float64))
    expected = np.clip(np.array(values), -3e38, 3e38).astype(np.float32)
    assert np.array_equal(unpacked(column), expected, equal_nan=True)


@given(st.lists(st.decimals(-10_000, 10_000, places=3), min_size=1))
def test_decimal_numbers_survive_exactly(values: list[Any]) -> None:
    numbers = np.array([float(value) for value in values])
    column = pack_decimals(numbers)
    assert column["kind"] == "integers"
    assert unpacked(column).tolist() == numbers.tolist()


def test_numbers_off_any_grid_are_packed_as_floats() -> None:
    assert decimal_places(np.array([np.pi])) is None
    assert pack_decimals(np.array([np.pi]))["kind"] == "floats"
    assert pack_decimals(np.array([1.0, np.nan]))["kind"] == "floats"


def test_times_read_as_milliseconds() -> None:
    times = np.array([1_500_000_000_000_000_000, 1_500_000_060_000_000_000], dtype=np.int64)
    assert unpacked(pack_times(times)).tolist() == [1_500_000_000_000.0, 1_500_000_060_000.0]


def test_equal_texts_are_written_once() -> None:
    column = pack_texts(["b", "a", "b"])
    assert column["names"] == ["b", "a"]
    assert unpacked(column["codes"]).tolist() == [0, 1, 0]


def test_regular_times_take_next_to_no_room() -> None:
    times = np.arange(1_000_000, dtype=np.int64) * 60_000_000_000
    assert len(pack_times(times)["data"]) < 6_000


@pytest.mark.parametrize("text", ["</script>", "<!--", "a & b", "\u2028", "]]>", "'\"\\"])
def test_embedded_texts_cannot_leave_the_script(text: str) -> None:
    written = embedded({"name": text})
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {"name": text}
