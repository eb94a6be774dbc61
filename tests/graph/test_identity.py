"""One node for one computation: hash-consing, freeing, threads, copies."""

from __future__ import annotations

import copy
import gc
import pickle
import subprocess
import sys
import threading
import weakref
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from tradefleet.graph import Node, Symbolic, bars, close, constant, high, low, rolling_mean, shift, volume
from tradefleet.graph.constant import finite_number
from tradefleet.graph.node import _calls
from tradefleet.indicators import bollinger_bands, rsi, sar_extended
from tradefleet.market.errors import StrategyError

ROOT = Path(__file__).parents[2]


def test_equal_numbers_of_any_type_give_one_constant() -> None:
    same = [2, 2.0, np.float64(2), np.int64(2), np.float32(2), np.uint8(2)]
    assert all(constant(value) is constant(2) for value in same)
    assert all((close + value) is (close + 2) for value in same)
    assert np.float64(2) * close is 2 * close
    assert close.shift(2.0) is close.shift(np.int64(2))
    assert rsi(close, np.int32(14)) is rsi(close, 14.0)


def test_the_two_zeros_are_one_constant_whichever_came_first() -> None:
    zero = constant(-0.0)
    assert zero is constant(0.0)
    assert not np.signbit(zero.call.parameters[0])
    assert not np.signbit(sar_extended(start=-0.0).call.parameters[0])
    assert not np.signbit(finite_number(np.float32(-0.0), "it"))


def test_other_parameters_or_inputs_give_other_nodes() -> None:
    assert rsi(close, 14) is not rsi(close, 15)
    assert rsi(close, 14) is not rsi(high, 14)
    assert (close - high) is not (high - close)
    assert bollinger_bands().upper is not bollinger_bands().lower
    assert bollinger_bands().upper.call is bollinger_bands().lower.call


def test_calls_are_freed_when_nobody_holds_them() -> None:
    gc.collect()
    before = len(_calls)
    nodes = [rsi(close * factor, 14) > 30 for factor in range(2, 300)]
    held = weakref.ref(nodes[-1])
    assert len(_calls) >= before + 3 * 298
    del nodes
    gc.collect()
    assert held() is None
    # Constants that other tests hold may stay.
    assert len(_calls) <= before + 5


def test_a_node_keeps_its_inputs_alive() -> None:
    node = rsi(close * 17.25, 14) + 1
    gc.collect()
    assert node is rsi(close * 17.25, 14) + 1


def test_threads_that_build_the_same_expression_get_one_node() -> None:
    for trial in range(30):
        built: list[Node] = []
        barrier = threading.Barrier(4)

        def build(factor: float = 1000.5 + trial, out: list[Node] = built, start: threading.Barrier = barrier) -> None:
            start.wait()
            for k in range(40):
                out.append(rolling_mean(close * factor, 2 + k) > shift(low, k) + factor)

        threads = [threading.Thread(target=build) for _ in range(4)]
        switch = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            sys.setswitchinterval(switch)
        assert len(built) == 160
        assert len({id(node) for node in built}) == 40


def test_threads_that_use_talib_first_all_get_it() -> None:
    code = (
        "import threading\n"
        "from tradefleet.graph import close\n"
        "from tradefleet.indicators import rsi\n"
        "nodes, start = [], threading.Barrier(8)\n"
        "def build():\n"
        "    start.wait()\n"
        "    nodes.append(rsi(close, 14))\n"
        "threads = [threading.Thread(target=build) for _ in range(8)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "assert len(nodes) == 8 and len({id(node) for node in nodes}) == 1, nodes\n"
        "import pandas, polars\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_copy_is_the_node_itself() -> None:
    @dataclass
    class Holder:
        node: Node
        nodes: dict[str, list[Node]] = field(default_factory=dict)

    holder = Holder(rsi(close, 14), {"a": [close, high]})
    copied = copy.deepcopy(holder)
    assert copied.node is holder.node
    assert copied.nodes["a"][1] is high
    assert copy.copy(close) is close
    assert copy.deepcopy(bars).close is close
    assert copy.deepcopy(close.call) is close.call


def test_pickling_is_refused_with_the_cure() -> None:
    for thing in (close, rsi(close, 14), rsi(close, 14).call, {"node": close}):
        with pytest.raises(StrategyError, match="pickle the strategy"):
            pickle.dumps(thing)


def test_symbols_survive_copies_and_pickles() -> None:
    symbol = Symbolic.parameter("n") * 2 + 1
    for other in (copy.deepcopy(symbol), pickle.loads(pickle.dumps(symbol))):
        assert other.key == symbol.key
        assert rsi(close, other) is rsi(close, symbol)


def test_nodes_are_dictionary_keys_by_identity() -> None:
    table = {close: "close", high: "high", volume: "volume"}
    assert table[close] == "close"
    assert low not in table
    assert close in {close, high}
