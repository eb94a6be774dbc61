"""Symbols stay symbolic in arithmetic and say so wherever their value is needed."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.graph import Binder, Plan, Symbolic, close, constant, falling, high, rising, where
from tradefleet.graph.symbolic import ConcreteRead
from tradefleet.indicators import ema, pivots, rsi, session_vwap, support_resistance
from tradefleet.market.errors import InternalError, ParameterError

N = Symbolic.parameter("n")
M = Symbolic.parameter("m")

READS: dict[str, Callable[[], Any]] = {
    "==": lambda: N == 3,
    "== None": lambda: N == None,  # noqa: E711
    "!=": lambda: N != 3,
    "<": lambda: N < 3,
    "reversed <": lambda: N > 3,
    "two symbols": lambda: N >= M,
    "bool": lambda: bool(N),
    "if": lambda: 1 if N else 2,
    "not": lambda: not N,
    "and": lambda: N and 3,
    "int": lambda: int(N),
    "float": lambda: float(N),
    "complex": lambda: complex(N),
    "index": lambda: [1, 2, 3][N],
    "slice": lambda: [1, 2, 3][:N],
    "range": lambda: range(N),
    "hash": lambda: hash(N),
    "dict key": lambda: {N: 1},
    "dict lookup": lambda: {1: 1}.get(N),
    "set": lambda: {N},
    "in": lambda: N in [1, 2],
    "iter": lambda: list(N),
    "format": lambda: f"{N}",
    "format with width": lambda: f"{N:3d}",
    "str": lambda: str(N),
    "percent s": lambda: "%s" % N,  # noqa: UP031
    "percent d": lambda: "%d" % N,  # noqa: UP031
    "round": lambda: round(N),
    "round to digits": lambda: round(N, 2),
    "floor": lambda: math.floor(N),
    "ceil": lambda: math.ceil(N),
    "trunc": lambda: math.trunc(N),
    "sqrt": lambda: math.sqrt(N),
    "isnan": lambda: math.isnan(N),
    "numpy sqrt": lambda: np.sqrt(N),
    "numpy less": lambda: np.less(N, 3),
    "numpy maximum": lambda: np.maximum(N, M),
    "numpy scalar compared": lambda: np.float64(3) < N,
    "power": lambda: N**2,
    "power of 2": lambda: 2**N,
    "pow with modulus": lambda: pow(N, 2) % 7,
    "divmod": lambda: divmod(N, 2),
    "shift left": lambda: 1 << N,
    "bit and": lambda: N & 1,
    "invert": lambda: ~N,
    "min": lambda: min(N, 3),
    "max": lambda: max([N, M]),
    "sorted": lambda: sorted([N, M]),
    "list times": lambda: [1] * N,
    "is_integer": lambda: N.is_integer(),
    "real": lambda: N.real,
    "rising bars": lambda: rising(close, N),
    "falling bars": lambda: falling(close, N),
    "session": lambda: session_vwap(N),
    "offset": lambda: pivots(offset=N),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_whatever_needs_the_value_reads_it(read: Callable[[], Any]) -> None:
    with pytest.raises(ConcreteRead) as raised:
        read()
    assert "n" in raised.value.names


def test_a_read_names_every_parameter_in_it() -> None:
    with pytest.raises(ConcreteRead) as raised:
        bool(N * 2 + M > 3)
    assert raised.value.names == {"n", "m"}


def test_a_strategys_own_except_cannot_hide_a_read() -> None:
    with pytest.raises(ConcreteRead):
        try:
            int(N)
        except Exception:  # noqa: BLE001
            pytest.fail("a read was caught")


@given(st.integers(-50, 50), st.integers(1, 50), st.sampled_from(["+", "-", "*", "/", "//", "%"]))
def test_arithmetic_is_that_of_the_values(n: int, other: int, symbol: str) -> None:
    function = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
        "//": operator.floordiv,
        "%": operator.mod,
    }[symbol]
    for right in (other, float(other), np.int64(other), np.float64(other), np.float32(other), True):
        plain = right.item() if isinstance(right, np.generic) else right
        bound = function(N, right).evaluate({"n": n})
        assert bound == function(n, plain)
        assert type(bound) is type(function(n, plain))
        if n != 0:
            assert function(right, N).evaluate({"n": n}) == function(plain, n)
    assert (-(+N)).evaluate({"n": n}) == -n
    assert abs(N).evaluate({"n": n}) == abs(n)
    assert function(N, M).evaluate({"n": n, "m": other}) == function(n, other)


def test_comparing_a_symbol_with_a_node_stays_symbolic() -> None:
    for symbolic, concrete in (
        (close > N, close > 3),
        (close < N, close < 3),
        (close == N, close == 3),
        (N * 2 + close, 6 + close),
        (where(close > N, N, high), where(close > 3, 3, high)),
        (ema(close, N + 1) - N, ema(close, 4) - 3),
        (close.shift(N), close.shift(3)),
        (close.shift(N - 3), close.shift(0)),
        (support_resistance(N, N).support, support_resistance(3, 3).support),
    ):
        assert Binder({"n": 3}).bind(symbolic) is concrete


def test_the_text_of_symbols_is_for_people() -> None:
    assert repr(N * 2 - abs(M)) == "Symbolic(((n * 2) - absolute(m)))"
    assert repr(ema(close, N)) == "ema(close, n)"
    assert repr(constant(N)) == "n"


def test_whole_and_real_constants_in_symbols_are_kept_apart() -> None:
    assert ema(close, N // 2 + 5) is not ema(close, N // 2.0 + 5)
    assert constant(N * 2) is constant(N * 2)


def test_a_value_that_does_not_fit_is_refused_when_it_is_bound() -> None:
    with pytest.raises(ParameterError, match=r"rsi's period is 12\.5"):
        Binder({"n": 12.5}).bind(rsi(close, N))
    with pytest.raises(ParameterError, match="period=1"):
        Binder({"n": 1}).bind(rsi(close, N) > 5)


def test_a_plan_needs_values() -> None:
    with pytest.raises(InternalError, match="before its parameters had values"):
        Plan([rsi(close, N)])


def test_bind_leaves_other_nodes_as_they_are_and_shares_work() -> None:
    plain = rsi(close, 14) > 30
    binder = Binder({"n": 5})
    assert binder.bind(plain) is plain
    assert binder.bind(ema(close, N) > plain.call.inputs[0]) is (ema(close, 5) > rsi(close, 14))
