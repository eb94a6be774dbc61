"""Ranking, axes, cells, fronts: the numbers behind the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tradefleet.research.report.search import heat
from tradefleet.research.report.search.axis import MOST_RANGES, MOST_VALUES, axis_of
from tradefleet.research.report.search.confirmation import rank_correlation
from tradefleet.research.report.search.heat import heat_payload
from tradefleet.research.report.search.lines import MOST_LINES, lines_payload
from tradefleet.research.report.search.luck import logits_plot
from tradefleet.research.report.search.plots import effect, histogram
from tradefleet.research.report.search.ranking import Ranking, ranking
from tradefleet.research.search.pareto import pareto_front

SweepOf = Callable[..., Any]
SMALL_INTEGERS = st.integers(-3, 3).map(float)


def ranked(sweep: Any) -> Ranking:
    return ranking(sweep.table, sweep.axes, sweep.objective)


def test_ranking_is_best_first_and_leaves_out_what_has_no_value(small: Any) -> None:
    found = ranked(small)
    assert len(found.rows) == 262
    assert found.failed == 8
    assert (np.diff(found.values) <= 0).all()
    best = small.table.row(found.best()["__row"], named=True)
    assert best["sharpe"] == small.table["sharpe"].fill_nan(None).max()


def test_lower_is_first_where_lower_is_better(small: Any) -> None:
    objective = type(small.objective)("max_drawdown", False)
    found = ranking(small.table, small.axes, objective)
    assert found.values[0] == small.table["max_drawdown"].fill_nan(None).min()


@pytest.mark.parametrize("count", [0, 1, 10, 50, 51, 1_000])
def test_spread_has_the_top_and_the_last(count: int) -> None:
    table = pl.DataFrame({"fast": np.arange(count), "sharpe": np.arange(count, dtype=float)})
    places = ranking(table, {"fast": []}, _Objective()).spread(50)
    assert len(places) == min(count, 50)
    assert len(set(places.tolist())) == len(places)
    if count > 50:
        assert places[:12].tolist() == list(range(12))
        assert places[-1] == count - 1


class _Objective:
    name = "sharpe"
    higher_is_better = True


def test_an_axis_of_many_values_becomes_ranges_of_equal_width() -> None:
    values = np.random.default_rng(1).uniform(2, 3, MOST_VALUES + 1)
    axis = axis_of("x", [], pl.Series(values))
    assert (len(axis.labels), axis.exact) == (MOST_RANGES, False)
    assert axis.positions is not None
    assert np.abs(np.array(axis.positions)[axis.codes] - values).max() <= 0.5 / MOST_RANGES


def test_few_random_rows_get_few_places_and_a_grid_keeps_its_own(sweep_of: SweepOf) -> None:
    axes = {"fast": list(range(60)), "slow": list(range(60)), "stop": list(range(2))}
    whole = sweep_of(axes)
    some = whole.table.sample(150, seed=3)
    assert [len(axis.labels) for axis in ranked(whole).axes] == [60, 60, 2]
    assert [len(axis.labels) for axis in ranked(whole.but(table=some)).axes] == [12, 12, 2]


def test_an_axis_of_texts_keeps_its_order_and_folds_what_is_too_many() -> None:
    axis = axis_of("side", ["short", "long"], pl.Series(["long", None, "short"]))
    assert axis.labels == ["short", "long", "–"]
    assert axis.codes.tolist() == [1, 2, 0]
    many = axis_of("name", [], pl.Series([f"n{number:03}" for number in range(150)]))
    assert len(many.labels) == MOST_VALUES
    assert many.codes.max() == MOST_VALUES - 1


def test_cells_are_what_polars_aggregates(small: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heat, "pack_floats", lambda values: values)
    found = heat_payload(ranked(small))
    assert found is not None
    assert [(pair["x"], pair["y"]) for pair in found["pairs"]] == [(0, 1), (0, 2), (1, 2)]
    pair = found["pairs"][1]
    complete = small.table.filter(pl.col("sharpe").is_not_nan())
    best = complete.sort("sharpe", descending=True).row(0, named=True)
    drawdown = [each["label"] for each in found["measures"]].index("max drawdown")
    cells = complete.group_by("entry", "reward_risk").agg(
        median=pl.col("max_drawdown").median(),
        best=pl.col("max_drawdown").sort_by("sharpe", descending=True).first(),
        slice=pl.col("max_drawdown").filter(pl.col("stop_loss") == best["stop_loss"]).median(),
    )
    for row in cells.rows(named=True):
        place = small.axes["reward_risk"].index(row["reward_risk"]) * 9 + small.axes["entry"].index(row["entry"])
        for mode in ("median", "best", "slice"):
            expected = np.nan if row[mode] is None else row[mode]
            assert pair["modes"][mode][drawdown][place] == pytest.approx(expected, rel=2e-5, nan_ok=True)


def test_two_axes_need_no_other_mode(sweep_of: SweepOf) -> None:
    found = heat_payload(ranked(sweep_of({"fast": [1, 2, 3], "slow": [5, 6]})))
    assert found is not None
    assert [(list(pair["modes"]), pair["usual"]) for pair in found["pairs"]] == [(["median"], "median")]


def test_heatmaps_need_two_axes(sweep_of: SweepOf) -> None:
    assert heat_payload(ranked(sweep_of({"fast": [1, 2, 3]}))) is None
    assert heat_payload(ranked(sweep_of({"fast": [1, 2, 3], "slow": [5]}))) is None


def test_lines_are_bounded(large: Any) -> None:
    found = lines_payload(ranked(large))
    assert found is not None
    assert (found["count"], found["lines"]) == (200_000, MOST_LINES)


def test_effect_has_the_quartiles_of_each_place(small: Any) -> None:
    found = ranked(small)
    band, line, best, _ = effect(found, found.axes[0])["marks"]
    values = small.table.filter(pl.col("entry") == 20.0)["sharpe"].fill_nan(None).drop_nulls().to_numpy()
    assert band["low"][0] == pytest.approx(np.quantile(values, 0.25), rel=1e-6)
    assert line["y"][0] == pytest.approx(np.median(values), rel=1e-6)
    assert best["y"][0] == pytest.approx(values.max(), rel=1e-6)


@pytest.mark.parametrize("values", [[2.5] * 7, [0.0], [1.0, np.inf, np.nan, -np.inf], [1e300, -1e300]])
def test_histogram_counts_every_finite_value(values: list[float]) -> None:
    found = histogram(np.array(values), "sharpe", [])
    assert found is not None
    assert sum(found["marks"][0]["values"]) == np.isfinite(values).sum()


def test_logits_up_to_zero_are_the_disappointed(small: Any) -> None:
    logits = np.array([-1.0, 0.0, 0.0, 0.5, 2.0])
    found = logits_plot(replace(small.luck, overfitting=replace(small.luck.overfitting, logits=logits)))
    assert found is not None
    bars = found["marks"][0]
    disappointed = [count for count, right in zip(bars["values"], bars["edges"][1:], strict=True) if right <= 1e-9]
    assert (sum(disappointed), sum(bars["values"])) == (3, 5)


def test_histogram_needs_a_number() -> None:
    assert histogram(np.array([np.nan, np.inf]), "sharpe", []) is None


@given(values=arrays(float, st.tuples(st.integers(0, 25), st.just(3)), elements=SMALL_INTEGERS | st.just(np.nan)))
def test_front_is_what_no_row_dominates(values: np.ndarray) -> None:
    gains = values * [1, -1, 1]
    expected = [
        not np.isnan(one).any() and not any((other >= one).all() and (other > one).any() for other in gains)
        for one in gains
    ]
    assert pareto_front(values, [True, False, True]).tolist() == expected


@given(
    pairs=st.lists(st.tuples(SMALL_INTEGERS, SMALL_INTEGERS), min_size=3, max_size=30).filter(
        lambda pairs: all(len(set(side)) > 1 for side in zip(*pairs, strict=True))
    )
)
def test_rank_correlation_is_that_of_polars(pairs: list[tuple[float, float]]) -> None:
    frame = pl.DataFrame(pairs, schema=["one", "other"], orient="row")
    expected = frame.select(pl.corr(pl.col("one").rank(), pl.col("other").rank())).item()
    found = rank_correlation(frame["one"].to_numpy(), frame["other"].to_numpy())
    assert found == pytest.approx(expected, abs=1e-9)


def test_rank_correlation_of_a_constant_is_unknown() -> None:
    assert np.isnan(rank_correlation(np.ones(5), np.arange(5.0)))
    assert np.isnan(rank_correlation(np.array([1.0, 2.0]), np.array([1.0, 2.0])))
