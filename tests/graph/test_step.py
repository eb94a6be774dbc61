"""A step: one function of a bar, run over arrays and bar by bar."""

from __future__ import annotations

import math
from math import sqrt
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from tests.indicators.samples import assert_both_ways_agree, walk

from tradefleet.graph import Binder, Node, Plan, Step, Symbolic, close, volume
from tradefleet.graph.node import call
from tradefleet.graph.step import Floats
from tradefleet.kernels import compiled_loop
from tradefleet.market.errors import StrategyError

SERIES = walk(3, 60)


def _count(state: Floats, inputs: Floats, parameters: Floats) -> tuple[Floats, Floats]:
    bars = state[0] + parameters[0]
    return (bars,), (bars, inputs[0] * 1e300 * 1e300)


COUNT = Step(
    _count,
    name="count",
    initial=(0.0,),
    outputs=("bars", "huge"),
    lookback=lambda step: 0,
    settling=lambda step: int(10 * step),
)


def count(source: Node, step: float | Symbolic = 1) -> tuple[Node, ...]:
    """The step's outputs."""
    return call(COUNT, (source, volume), (step,)).nodes


def test_the_step_begins_with_the_first_bar_that_has_every_input() -> None:
    bars, _ = count(close.shift(7))
    column = Plan([bars]).over(SERIES).columns[0]
    assert np.isnan(column[:7]).all()
    np.testing.assert_array_equal(column[7:], np.arange(1, 54))
    assert_both_ways_agree(list(count(close.shift(7))), SERIES)


def test_outputs_that_are_not_finite_are_unknown() -> None:
    _, huge = count(close)
    assert np.isnan(Plan([huge]).over(SERIES).columns[0]).all()
    assert_both_ways_agree([huge], SERIES)


def test_an_input_that_is_not_finite_is_replaced_and_counted() -> None:
    bars, _ = count(close / (close - close.shift(1) * 0 - SERIES.close[30]))
    assert Plan([bars]).over(SERIES).replaced == 1
    assert_both_ways_agree([bars], SERIES)


def test_parameters_are_floats_and_may_be_symbols() -> None:
    assert count(close, 2)[0] is count(close, 2.0)[0]
    assert Binder({"n": 2}).bind(count(close, Symbolic.parameter("n"))[0]) is count(close, 2)[0]
    assert Plan([count(close, 3)[0]]).settling() == 30


def test_the_loop_can_be_handed_in() -> None:
    calls = []

    def loop(function: object, state: object, rows: np.ndarray, parameters: object, results: np.ndarray) -> None:
        calls.append((state, rows.shape, parameters, results.shape))
        results[:] = 5.0

    assert (Plan(count(close.shift(7))).over(SERIES, loop).columns[0][7:] == 5).all()
    assert calls == [((0.0,), (53, 2), (1.0,), (53, 2))]


def test_streams_do_not_share_state() -> None:
    plan = Plan([count(close)[0]])
    fields = {"close": 1.0, "volume": 1.0}
    first, second = plan.stream(), plan.stream()
    assert [first.update(fields)[0] for _ in range(3)] == [1, 2, 3]
    assert second.update(fields)[0] == pytest.approx(1)


FACTOR = 2.0
SIZES = (1, 2.0, (True,))


def _helped(value: float, by: float = 2.0) -> float:
    return value * by + SIZES[1]


def allowed(level: float) -> Any:
    """A step that uses all that one may."""

    def inner(value: float) -> float:
        return value + level

    def step(state: Floats, inputs: Floats, parameters: Floats) -> tuple[Floats, Floats]:
        total, seen = state
        for index in range(len(inputs)):
            total += inputs[index] if 0.0 < inputs[index] < math.inf and not seen < 0.0 else -FACTOR
        while total > 1e6 or total == -1.0:
            total = total / 2.0
        root = math.sqrt(abs(total)) + sqrt(4.0) + math.floor(FACTOR) + float(int(seen))
        seen = max(seen, min(root, _helped(1.0, by=3.0)), inner(level))
        return (total, seen), (root if bool(seen > 0.0) else math.nan,)

    return step


def test_what_a_step_may_use_gives_the_same_bits_compiled() -> None:
    made = Step(allowed(1.5), name="allowed", initial=(0.0, 0.0))
    plan = Plan([call(made, (close, volume)).nodes[0]])
    plain, compiled = plan.over(SERIES).columns[0], plan.over(SERIES, compiled_loop).columns[0]
    assert np.isfinite(plain).all()
    np.testing.assert_array_equal(plain, compiled)


def made_of(body: str, above: str = "", **around: Any) -> Step:
    """A step of some lines, the first of them the fourth of its file, or as many lower as there are `above`."""
    text = f"import math\n{above}def step(state, inputs, parameters):\n    x = inputs[0]\n    {body}\n"
    names = dict(around)
    exec(compile(text, "/mine.py", "exec"), names)
    return Step(names["step"], name="mine", initial=(0.0,))


LEVELS = ModuleType("levels")
REFUSED = [
    ("x ** 2", "operator \\*\\*"),
    ("x % 2", "operator %"),
    ("x // 2", "operator //"),
    ("math.exp(x)", "math.exp"),
    ("math", "math as a value"),
    ("levels.LEVEL * x", "levels, which is the module levels"),
    ("array[0]", "array, which is of type numpy.ndarray"),
    ("number * x", "number, which is of type numpy.int64"),
    ("factor * x", "factor, which is of type numpy.float64"),
    ("[v for v in inputs][0]", "comprehension"),
    ("max(levels.LEVEL * v for v in inputs)", "(comprehension|generator)"),
    ("(lambda v: v)(x)", "a function, lambda"),
    ("[x][0]", "a list"),
    ("{1: x}[1]", "a list, set or dict"),
    ("f'{x}'", "text"),
    ("float('1')", "text"),
    ("x.real", "attribute .real"),
    ("round(x)", "round, which is not one of"),
    ("max(*inputs)", "a call with \\*"),
    ("x if x in inputs else 0.0", "`in`"),
]


@pytest.mark.parametrize(("expression", "words"), REFUSED)
def test_what_a_step_may_not_use_is_refused_with_its_line(expression: str, words: str) -> None:
    around = {"levels": LEVELS, "array": np.zeros(2), "number": np.int64(2), "factor": np.float64(2.0)}
    with pytest.raises(
        StrategyError, match=rf"step mine may not use .*{words}.*, in /mine.py:4; use \+ - \* /, .*safe_"
    ):
        made_of(f"return state, ({expression},)", **around)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os", "an import"),
        ("global level; level = x", "a global that it sets"),
        ("assert x", "raise or assert"),
        ("del x", "del"),
        ("first, *rest = inputs", "unpacking"),
    ],
)
def test_statement_that_a_step_may_not_have_is_refused(body: str, words: str) -> None:
    with pytest.raises(StrategyError, match=rf"step mine may not use {words}.*, in /mine.py:4; "):
        made_of(body + "; return state, inputs")


def test_functions_that_a_step_calls_are_held_to_the_same() -> None:
    with pytest.raises(StrategyError, match=r"may not use the operator \*\*, in /mine.py:3; "):
        made_of("return state, (square(x),)", "def square(x):\n    return x ** 2\n")
    with pytest.raises(StrategyError, match=r"may not use again, which calls itself, in /mine.py:2; "):
        made_of("return state, (again(x),)", "def again(x):\n    return again(x)\n")
    with pytest.raises(StrategyError, match=r"may not use a default that is text, in /mine.py:2; "):
        made_of("return state, (named(),)", "def named(x='a'):\n    return 1.0\n")
    with pytest.raises(StrategyError, match=r"uses later, which is not there yet, in /mine.py:4; write it above"):
        made_of("return state, (later(x),)")


def test_step_that_is_no_plain_function_is_refused() -> None:
    with pytest.raises(StrategyError, match=r"the step top is .*max.* no plain function; write it with def"):
        Step(max, name="top", initial=(0.0,))  # type: ignore[arg-type]


def _inverse(state: Floats, inputs: Floats, parameters: Floats) -> tuple[Floats, Floats]:
    rest = inputs[0] - parameters[0]
    return state, (1.0 / rest,)


def _two(state: Floats, inputs: Floats, parameters: Floats) -> tuple[Floats, Floats]:
    return state, (inputs[0], inputs[0])


def fed(plan: Plan) -> None:
    stream = plan.stream()
    for price in SERIES.close:
        stream.update({"close": price})


WAYS = [
    pytest.param(lambda plan: plan.over(SERIES), id="plain"),
    pytest.param(lambda plan: plan.over(SERIES, compiled_loop), id="compiled"),
    pytest.param(fed, id="stream"),
]


@pytest.mark.parametrize("way", WAYS)
def test_error_in_a_step_names_its_line(way: Any) -> None:
    made = Step(_inverse, name="inverse", initial=(0.0,))
    plan = Plan([call(made, (close,), (float(SERIES.close[40]),)).nodes[0]])
    line = _inverse.__code__.co_firstlineno + 2
    with pytest.raises(
        StrategyError, match=rf"step inverse raised ZeroDivisionError: .*, in {__file__}:{line}; guard the division"
    ):
        way(plan)


@pytest.mark.parametrize("way", WAYS)
def test_step_of_too_many_outputs_is_an_error(way: Any) -> None:
    plan = Plan([call(Step(_two, name="two", initial=(0.0,)), (close,)).nodes[0]])
    line = _two.__code__.co_firstlineno
    told = rf"step two raised .* outputs than it names(, at bar 0 of those fed)?, in {__file__}:{line}; give"
    with pytest.raises(StrategyError, match=told):
        way(plan)


def _root(state: Floats, inputs: Floats, parameters: Floats) -> tuple[Floats, Floats]:
    return state, (math.sqrt(inputs[0] - parameters[0]),)


def _bare_root(state: Floats, inputs: Floats, parameters: Floats) -> tuple[Floats, Floats]:
    return state, (sqrt(inputs[0] - parameters[0]),)


def _root_of(value: float) -> float:
    return math.sqrt(value)


def _root_below(state: Floats, inputs: Floats, parameters: Floats) -> tuple[Floats, Floats]:
    return state, (_root_of(inputs[0] - parameters[0]),)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("function", "inside"), [(_root, _root), (_bare_root, _bare_root), (_root_below, _root_of)])
def test_root_of_a_negative_number_is_the_same_error_each_way(way: Any, function: Any, inside: Any) -> None:
    made = Step(function, name="root", initial=(0.0,))
    line = inside.__code__.co_firstlineno + 1
    with pytest.raises(StrategyError, match=rf"step root raised ValueError: .*, in {__file__}:{line}; guard that line"):
        way(Plan([call(made, (close,), (float(SERIES.close[40]),)).nodes[0]]))
    # And no error where there is none.
    way(Plan([call(made, (close,), (0.0,)).nodes[0]]))
