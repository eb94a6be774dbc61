"""Space: listing, chunks, drawing, constraints as functions, fingerprints."""

from __future__ import annotations

import functools
import itertools
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError
from tradefleet.research.search.asked import Asked
from tradefleet.research.search.axes import Axis
from tradefleet.research.search.points import Grid
from tradefleet.research.search.rows import Rows, Values
from tradefleet.research.search.space import Space
from tradefleet.strategies import EmaCross, Strategy, param

SMALL = {"fast": "5:20:5", "slow": [10, 15, 20], "side": "long,both"}


def pairs(space: Space) -> list[tuple[Any, ...]]:
    return [tuple(each.values()) for each in space.combinations()]


def test_combinations_are_in_grid_order_and_satisfy_all_constraints() -> None:
    space = Space.of(EmaCross, {"stop_loss": 0.1}, SMALL, ["fast < slow", lambda p: p.slow * p.stop_loss < 2])
    expected = [
        (fast, slow, side)
        for fast, slow, side in itertools.product((5, 10, 15, 20), (10, 15, 20), ("long", "both"))
        if fast < slow and slow * 0.1 < 2
    ]
    assert pairs(space) == expected
    assert space.size == 24
    assert space.names == ("fast", "slow", "side")


def test_constraint_reads_fixed_values_before_defaults() -> None:
    assert len(Space.of(EmaCross, {"slow": 12}, {"fast": "5:20:5"}, "fast < slow").combinations()) == 2
    assert len(Space.of(EmaCross, {}, {"fast": "5:30:5"}, "fast < slow").combinations()) == 5
    assert len(Space.of(EmaCross, {"fee": 0.002}, {"fast": "5:20:5"}, "fast * fee < 0.025").combinations()) == 2


def test_axes_of_the_account_are_named() -> None:
    space = Space.of(EmaCross, {}, {"fast": [5, 6], "leverage": [1, 2], "fee": "0,0.001", "size": "0.5,0.9"})
    assert space.settings == ("leverage", "fee")


@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=4), size=st.integers(1, 60), modulus=st.integers(1, 4))
def test_chunks_together_are_the_combinations(lengths: list[int], size: int, modulus: int) -> None:
    names = ("max_bars", "cooldown", "pyramiding", "stop_loss")
    grid: dict[str, Any] = {
        name: [value / 10 for value in range(n)] if name == "stop_loss" else range(n)
        for name, n in zip(names, lengths, strict=False)
    }
    space = Space.of(EmaCross, {}, grid, f"(max_bars + 2 * cooldown) % {modulus} == 0")
    chunks = list(space.chunks(size))
    whole = space.combinations()
    assert np.array_equal(np.concatenate([chunk.codes for chunk in chunks]), whole.codes)
    assert [len(chunk) for chunk in chunks[:-1]] == [size] * (len(chunks) - 1)
    assert all(len(chunk) > 0 for chunk in chunks)
    kept = [row for row in map(dict, Space.of(EmaCross, {}, grid).combinations())
            if (row["max_bars"] + 2 * row.get("cooldown", 0)) % modulus == 0]  # fmt: skip
    assert list(whole) == kept


def test_blocks_of_a_large_grid_join_without_a_seam() -> None:
    space = Space.of(EmaCross, {}, {"max_bars": range(700), "cooldown": range(700)}, "max_bars < cooldown")
    codes = space.combinations().codes
    assert codes.tolist()[::1000] == list(map(list, itertools.combinations(range(700), 2)))[::1000]
    assert len(codes) == 700 * 699 // 2
    assert sum(len(chunk) for chunk in space.chunks(100_000)) == len(codes)


def test_listed_combinations_keep_their_order() -> None:
    rows = [{"fast": 9, "slow": 30}, {"slow": 20.0, "fast": np.int64(5)}, {"fast": 50, "slow": 20}]
    space = Space.listed(rows, EmaCross, {}, "fast < slow")
    assert list(space.combinations()) == [{"fast": 9, "slow": 30}, {"fast": 5, "slow": 20}]
    assert [type(value) for row in space.combinations() for value in row.values()] == [int] * 4
    plain = [{"fast": 9, "slow": 30}, {"slow": 20, "fast": np.int64(5)}]
    assert list(Space.listed(plain).combinations()) == plain
    assert len(space.sample(9, seed=1)) == 2


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        ([], "no combination"),
        ([{}], "no combination"),
        ([{"fast": 5}, {"slow": 5}], "combination 2 has slow, the first one fast"),
        ([{"fast": 5}, {"fast": 5.0}], "listed twice"),
        ([{"fsat": 5}], "did you mean 'fast'?"),
        ([{"fast": 5}, {"fast": 10**6}], "out of bounds"),
    ],
)
def test_lists_that_do_not_fit(rows: list[dict[str, Any]], part: str) -> None:
    with pytest.raises(ParameterError) as caught:
        Space.listed(rows, EmaCross)
    assert part in str(caught.value)


def test_default_space_goes_from_bound_to_bound() -> None:
    class Own(Strategy):
        width = param(0.2, 0.1, 0.7)
        fast = param(2, 1, 4)
        kind = param("a", choices=("a", "b"))
        free = param(1.0)

        def signals(self) -> Any: ...

    space = Space.default(Own, ["width", "fast", "kind"], 7)
    assert [axis.values for axis in space.axes] == [(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7), (1, 2, 3, 4), ("a", "b")]
    assert space.bounds("width") == (0.1, 0.7)
    assert space.bounds("fast") == (1, 4)
    with pytest.raises(ParameterError, match="has text"):
        space.bounds("kind")
    for name, points, part in [("free", 3, "no bounds"), ("size", 3, "no bounds"), ("fast", 1, "2 or more")]:
        with pytest.raises(ParameterError, match=part):
            Space.default(Own, [name], points)


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda: Space.of(EmaCross, {}, {}), "there is nothing to search"),
        (lambda: Space.of(EmaCross, {"fast": 5}, {"fast": [5]}), "fast is searched, and set to 5"),
        (lambda: Space.of(EmaCross, {"fsat": 5}, {"fast": [5]}), "did you mean 'fast'?"),
        (lambda: Space.of(EmaCross, {"slow": -5}, {"fast": [5]}), "slow is -5"),
        (lambda: Space.of(EmaCross, {}, {"leverage": [5]}, None, ("fee",)), "no parameter 'leverage'"),
        (lambda: Space.of(EmaCross, {}, SMALL, 5), "the constraint is 5"),  # type: ignore[arg-type]
        (lambda: Space.of(EmaCross, {}, SMALL, "fast > 99").combinations(), "none of 24 combinations"),
        (lambda: list(Space.of(EmaCross, {}, SMALL, "fast > 99").chunks(5)), "none of 24 combinations"),
        (lambda: Space.of(EmaCross, {}, SMALL, "fast > 99").sample(5, 1), "none of 24 combinations"),
        (lambda: Space.of(EmaCross, {}, SMALL).combinations(23), "more than 23 combinations"),
        (lambda: Space.of(EmaCross, {}, SMALL).chunks(0), "size of chunks is 0"),
        (lambda: Space.of(EmaCross, {}, SMALL).sample(0, 1), "random combinations is 0"),
    ],
)
def test_errors_say_the_cure(make: Callable[[], object], part: str) -> None:
    with pytest.raises(ParameterError) as caught:
        make()
    assert part in str(caught.value)
    assert caught.value.cure


HUGE = {"max_bars": "0:999:1", "cooldown": "0:999:1", "pyramiding": "0:999:1", "stop_loss": "0:0.999:0.001"}


def test_grid_too_large_to_list_says_its_size_and_the_cure() -> None:
    space = Space.of(EmaCross, {}, HUGE)
    assert space.size == 10**12
    for listing in (space.combinations, lambda: space.chunks(10)):
        with pytest.raises(ParameterError, match=r"1,000,000,000,000 combinations.*coarser.*random=1000"):
            listing()


@pytest.mark.parametrize("constraint", [None, "max_bars < cooldown", lambda p: p.max_bars < p.cooldown])
@pytest.mark.parametrize("grid", [HUGE, {"max_bars": range(40), "cooldown": range(40)}], ids=["huge", "small"])
def test_sample_is_unique_allowed_and_the_same_for_a_seed(grid: dict[str, Any], constraint: Any) -> None:
    space = Space.of(EmaCross, {}, grid, constraint)
    drawn = space.sample(700, seed=3)
    assert len(drawn) == 700
    assert len(np.unique(drawn.codes, axis=0)) == 700
    assert constraint is None or all(row["max_bars"] < row["cooldown"] for row in drawn)
    assert np.array_equal(drawn.codes, space.sample(700, seed=3).codes)
    assert not np.array_equal(drawn.codes, space.sample(700, seed=4).codes)


@pytest.mark.parametrize("constraint", [None, "max_bars != cooldown"])
def test_sample_of_more_than_there_are_is_all_of_them(constraint: str | None) -> None:
    space = Space.of(EmaCross, {}, {"max_bars": range(9), "cooldown": range(9)}, constraint)
    drawn = space.sample(1000, seed=1).codes.tolist()
    assert drawn != space.combinations().codes.tolist()
    assert sorted(drawn) == space.combinations().codes.tolist()


def test_sample_of_a_huge_space_where_nothing_is_allowed() -> None:
    with pytest.raises(ParameterError, match=r"only 0 different ones satisfy.*loosen"):
        Space.of(EmaCross, {}, HUGE, "max_bars * stop_loss > 1e6").sample(10, seed=1)


def test_space_beyond_any_number_is_drawn_from() -> None:
    grid: dict[str, Any] = {
        **HUGE, "break_even": range(101), "take_profit": "0:100:0.001", "trailing_stop": "0:1:0.00001",
        "reward_risk": "0:1000:0.01",
    }  # fmt: skip
    space = Space.of(EmaCross, {}, grid)
    assert space.size > 2**64
    assert len(np.unique(space.sample(50, seed=1).codes, axis=0)) == 50


@pytest.mark.parametrize("huge", [False, True])
def test_each_allowed_combination_is_as_likely_as_any_other(huge: bool) -> None:
    # Of 12 allowed ones 4 are drawn; each then turns up a third of the time. In the huge space their first axis has
    # as many values as make it too large to list.
    rest: dict[str, Any] = {"stop_loss": "0:0.999:0.001", "trailing_stop": "0:0.999:0.001"} if huge else {}
    space = Space.of(EmaCross, {}, {"max_bars": range(6), "cooldown": range(4), **rest}, "max_bars % 2 == cooldown % 2")
    generator = np.random.default_rng(5)
    runs = 1500 if not huge else 60
    counts: Counter[tuple[int, ...]] = Counter()
    for _ in range(runs):
        drawn = space.sample(4 if not huge else 100, generator)
        counts.update(tuple(row[:2]) for row in drawn.codes.tolist())
    expected = runs * (4 if not huge else 100) / 12
    assert len(counts) == 12
    chi_squared = sum((count - expected) ** 2 / expected for count in counts.values())
    # The 99.9 % quantile of chi-squared with 11 degrees of freedom.
    assert chi_squared < 31.3


def test_function_is_called_once_for_all_that_agree_in_what_it_reads() -> None:
    calls: list[tuple[int, int]] = []

    def constraint(p: Any) -> bool:
        calls.append((p.fast, p.slow))
        return bool(p.fast < p.slow and p.cooldown == 0)

    grid = {"fast": range(2, 22), "slow": range(10, 40), "max_bars": range(50), "stop_loss": "0:0.09:0.01"}
    space = Space.of(EmaCross, {}, grid, constraint)
    assert len(space.combinations()) == sum(1 for fast in range(2, 22) for slow in range(10, 40) if fast < slow) * 500
    space.sample(5, seed=1)
    assert sorted(calls) == list(itertools.product(range(2, 22), range(10, 40)))


@given(st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_function_that_reads_by_cases_is_right_for_each_row(seed: int) -> None:
    axes = (Axis("a", tuple(range(5))), Axis("b", tuple(range(6))), Axis("c", tuple(range(7))))
    values = Values.of(axes, {})
    generator = np.random.default_rng(seed)
    first, second = generator.permutation(["a", "b", "c"])[:2].tolist()
    asked: list[object] = []

    def constraint(p: Any) -> bool:
        asked.append(p)
        if getattr(p, first) % 2 == seed % 2:
            return bool(getattr(p, first) > 1)
        return bool(getattr(p, second) % 3 == 1) or getattr(p, first) < p.c < getattr(p, second)

    codes = Grid((5, 6, 7)).codes(generator.permutation(210))
    condition = Asked(constraint, values)
    found = condition.holds(Rows(values, codes)).tolist()
    distinct = len(asked)
    expected = [constraint(type("P", (), dict(zip("abc", row, strict=True)))) for row in codes.tolist()]
    assert found == expected
    assert distinct < 210
    asked.clear()
    assert condition.holds(Rows(values, codes[::-1])).tolist() == expected[::-1]
    assert not asked


@pytest.mark.parametrize(
    ("constraint", "part"),
    [
        (lambda p: None, "gives None for fast=5, slow=10, side=long; return True or False"),
        (lambda p: p.fast, "gives 5 for"),
        (lambda p: np.array([True]), "gives array"),
        (lambda p: p.fast < p.side, "fails for fast=5, slow=10, side=long: TypeError"),
        (lambda p: 1 / (p.fast - 15) < 1, "fails for fast=15, slow=10, side=long: ZeroDivisionError"),
        (lambda p: p.fsat < 1, "there is no parameter 'fsat', in the constraint; did you mean 'fast'?"),
        (lambda: True, "TypeError"),
        (lambda p: setattr(p, "fast", 3), "sets fast"),
    ],
)
def test_function_that_fails_names_the_combination(constraint: Callable[..., Any], part: str) -> None:
    with pytest.raises(ParameterError) as caught:
        Space.of(EmaCross, {}, SMALL, constraint).combinations()
    assert part in str(caught.value)


def test_function_may_give_a_numpy_bool() -> None:
    assert len(Space.of(EmaCross, {}, SMALL, lambda p: np.float64(p.fast) < p.slow).combinations()) == 12


FINGERPRINT = """
from tradefleet.research.search.space import Space
from tradefleet.strategies import EmaCross
LIMIT = {"a", "b", "c", "long"}
def helper(p): return p.side in LIMIT and p.side in {"long", "x", "y", "z"}
def made(least): return lambda p: helper(p) and p.fast > least
print(Space.of(EmaCross, {"slow": 30}, {"fast": "5:20:5", "side": {"long", "both", "short"}}, made(3)).fingerprint)
"""


def test_fingerprint_is_the_same_in_every_process() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", FINGERPRINT], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": str(seed), "PATH": ""},
        ).stdout
        for seed in (1, 2)
    }  # fmt: skip
    assert len(found) == 1
    assert len(found.pop().strip()) == 64


class _Limit:
    def __init__(self, least: int) -> None:
        self.least = least

    def __call__(self, p: Any) -> bool:
        return bool(p.fast > self.least)

    def method(self, p: Any) -> bool:
        return bool(p.fast >= self.least)


def _above(least: float, p: Any) -> bool:
    return bool(p.fast > least)


def _made(least: object) -> Callable[[Any], bool]:
    return lambda p: bool(np.all(p.fast > np.asarray(least)))


def test_fingerprint_tells_spaces_apart() -> None:
    grid: dict[str, Any] = {"fast": [5, 6], "slow": [10, 20]}

    def spaces() -> list[Space]:
        constraints: list[Any] = [
            None, "fast < slow", "fast <= slow", lambda p: p.fast < p.slow, lambda p: p.fast < p.slow + 1,
            lambda p: p.fast > p.slow - 1, _made(3), _made(4), _made(np.zeros(2000)), _made(np.ones(2000)), _made([3]),
            functools.partial(_above, 3), functools.partial(_above, 4), _Limit(3), _Limit(4), _Limit(3).method,
            _Limit(4).method, ["fast < slow", "fast > 2"], lambda p: p.fast < math.inf,
        ]  # fmt: skip
        return [
            *(Space.of(EmaCross, {}, grid, constraint) for constraint in constraints),
            Space.of(EmaCross, {"stop_loss": 0.1}, grid),
            Space.of(EmaCross, {"stop_loss": 0.2}, grid),
            Space.of(EmaCross, {}, {"slow": [10, 20], "fast": [5, 6]}),
            Space.of(EmaCross, {}, {"fast": [5, 6, 7], "slow": [10, 20]}),
            Space.listed([{"fast": 5, "slow": 10}, {"fast": 6, "slow": 20}], EmaCross),
            Space.listed([{"fast": 5, "slow": 10}, {"fast": 6, "slow": 10}, {"fast": 6, "slow": 20}], EmaCross),
        ]

    fingerprints = [space.fingerprint for space in spaces()]
    assert len(set(fingerprints)) == len(fingerprints)
    assert fingerprints == [space.fingerprint for space in spaces()]
