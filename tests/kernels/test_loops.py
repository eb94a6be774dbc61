"""A step's loop compiled gives what the plain one gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tradefleet.graph import Plan, bars_since, close, volume
from tradefleet.graph.node import Node
from tradefleet.graph.step import Step, plain_loop
from tradefleet.indicators.registry import LISTED
from tradefleet.kernels import compiled_loop
from tradefleet.market.bars import Bars
from tradefleet.market.errors import StrategyError
from tradefleet.market.generate import generate_bars

SCALE = 2.0


def looped(function: Any, rows: Any, state: Any = (0.0,), parameters: Any = (), outputs: int = 1) -> Any:
    """The results of a step, run compiled."""
    results = np.zeros((len(rows), outputs))
    compiled_loop(function, state, np.asarray(rows, dtype=np.float64), parameters, results)
    return results


def counted(state: Any, inputs: Any, parameters: Any) -> Any:
    seen = state[0] + 1.0
    mean = state[1] + (inputs[0] - state[1]) / seen
    top = max(state[2], inputs[1]) if parameters[0] > 0.0 else min(state[2], inputs[1])
    return (seen, mean, top), (mean, top - mean)


def scaled(state: Any, inputs: Any, parameters: Any) -> Any:
    return state, (doubled(inputs[0]),)


def doubled(value: float) -> float:
    return value * SCALE


@settings(max_examples=100, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(0, 40), st.just(2)), elements=st.floats(-1e9, 1e9)),
    st.sampled_from([1.0, -1.0]),
)
def test_compiled_loop_gives_the_bits_of_the_plain_one(rows: Any, sign: float) -> None:
    compiled, plain = np.zeros((len(rows), 2)), np.zeros((len(rows), 2))
    compiled_loop(counted, (0.0, 0.0, 0.0), rows, (sign,), compiled)
    plain_loop(counted, (0.0, 0.0, 0.0), rows, (sign,), plain)
    assert compiled.tobytes() == plain.tobytes()


def test_loop_takes_rows_that_are_not_contiguous() -> None:
    table = np.arange(40.0).reshape(10, 4)
    assert looped(scaled, table[::2, 1:2])[:, 0].tolist() == (table[::2, 1] * 2).tolist()


def test_functions_that_a_step_calls_are_compiled_too() -> None:
    assert looped(scaled, [[1.0], [2.5]])[:, 0].tolist() == [2.0, 5.0]


def made_of_text(text: str, **around: Any) -> Any:
    """A step without a source file."""
    names: dict[str, Any] = dict(around)
    exec(compile(text, "<text>", "exec"), names)
    return names["step"]


TEXT = "def step(state, inputs, parameters):\n    return state, (inputs[0] {} ,)\n"


def test_step_without_a_source_file_runs_its_own_code() -> None:
    assert looped(made_of_text(TEXT.format("* 2.0")), [[3.0]])[0, 0] == 6.0
    # The same name, place and length, another sign.
    assert looped(made_of_text(TEXT.format("+ 2.0")), [[3.0]])[0, 0] == 5.0


def test_step_without_a_source_file_reads_its_own_numbers() -> None:
    text = TEXT.format("* FACTOR")
    assert looped(made_of_text(text, FACTOR=2.0), [[3.0]])[0, 0] == 6.0
    assert looped(made_of_text(text, FACTOR=5.0), [[3.0]])[0, 0] == 15.0


def test_number_that_is_changed_meanwhile_is_read_anew() -> None:
    text = "def grow(x):\n    return x * FACTOR\n" + TEXT.format("+ grow(1.0)")
    step = made_of_text(text, FACTOR=2.0)
    assert looped(step, [[3.0]])[0, 0] == 5.0
    # As a notebook does.
    step.__globals__["FACTOR"] = 7.0
    assert looped(step, [[3.0]])[0, 0] == 10.0


def test_default_arguments_of_a_step_are_its_own() -> None:
    text = "def step(state, inputs, parameters, by={}):\n    return state, (inputs[0] * by,)\n"
    assert looped(made_of_text(text.format(2.0)), [[3.0]])[0, 0] == 6.0
    assert looped(made_of_text(text.format(4.0)), [[3.0]])[0, 0] == 12.0


def times(factor: float) -> Callable[..., Any]:
    def inner(value: float) -> float:
        return value * factor

    def step(state: Any, inputs: Any, parameters: Any) -> Any:
        return state, (inner(inputs[0]) + factor,)

    return step


def test_steps_made_by_a_function_keep_what_they_enclose() -> None:
    assert looped(times(2.0), [[3.0]])[0, 0] == 8.0
    assert looped(times(5.0), [[3.0]])[0, 0] == 20.0


def test_steps_of_one_name_in_two_modules_do_not_collide(tmp_path: Any) -> None:
    found = []
    for number in (2.0, 7.0):
        path = tmp_path / f"module_{number:.0f}.py"
        path.write_text(TEXT.format(f"* {number}"))
        names: dict[str, Any] = {"__name__": f"module_{number:.0f}"}
        exec(compile(path.read_text(), str(path), "exec"), names)
        found.append(looped(names["step"], [[3.0]])[0, 0])
    assert found == [6.0, 21.0]


def test_step_that_cannot_be_compiled_names_the_step_and_the_cure() -> None:
    def broken(state: Any, inputs: Any, parameters: Any) -> Any:
        return None

    with pytest.raises(StrategyError, match=r"the step broken cannot be compiled: .*test_loops.py:\d+; give \(state"):
        looped(broken, [[3.0]])


def holed(bars: Bars) -> Bars:
    """The same bars with volume gone here and there, and some bars absent."""
    keep = np.flatnonzero(np.arange(len(bars)) % 17 != 5)
    quiet = np.where(np.arange(len(bars)) % 11 == 3, 0.0, bars.volume)
    columns = [getattr(bars, name)[keep] for name in ("time", "open", "high", "low", "close")]
    return Bars(*columns, quiet[keep], timeframe=bars.timeframe, symbol=bars.instrument)


def steps_listed() -> dict[str, Node]:
    """Every listed indicator that is made of a step, with its usual arguments."""
    found = {}
    for name, listed in LISTED.items():
        try:
            made = listed.function()
        except (TypeError, StrategyError):
            continue
        nodes = made if isinstance(made, tuple) else (made,)
        if any(isinstance(call.operation, Step) for call in Plan([n for n in nodes if isinstance(n, Node)]).calls):
            found[name] = nodes
    return found


STEPS: dict[str, Any] = {
    **steps_listed(),
    "bars_since": (bars_since(close > close.shift(1)),),
    "bars_since of what may be unknown": (bars_since(close / volume > close.shift(1) / volume),),
}


@pytest.mark.parametrize("name", sorted(STEPS))
@pytest.mark.parametrize("seed", [1, 2])
def test_every_step_compiled_gives_the_bits_of_the_plain_one(name: str, seed: int) -> None:
    bars = holed(generate_bars("15m", days=12, seed=seed))
    plan = Plan([node for node in STEPS[name] if isinstance(node, Node)])
    compiled, plain = plan.over(bars, compiled_loop), plan.over(bars, plain_loop)
    for one, other in zip(compiled.columns, plain.columns, strict=True):
        assert np.isfinite(one).any()
        np.testing.assert_array_equal(one, other)
    assert compiled.replaced == plain.replaced
