"""The Pareto front against its definition."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tradefleet.research.search.pareto import pareto_front


@given(st.tuples(st.integers(0, 12), st.integers(1, 3)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.integers(-3, 3).map(float))
))  # fmt: skip
def test_the_front_is_what_nothing_dominates(values: np.ndarray) -> None:
    rows = values.tolist()
    dominated = [
        any(all(a >= b for a, b in zip(o, r, strict=True)) and o != r for o in rows) for r in rows
    ]  # fmt: skip
    assert pareto_front(values, [True] * values.shape[1]).tolist() == [not each for each in dominated]
    assert pareto_front(-values, [False] * values.shape[1]).tolist() == [not each for each in dominated]
