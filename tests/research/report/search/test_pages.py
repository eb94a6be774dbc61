"""The pages as texts: what they say, what they escape, how large they are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tradefleet.market.errors import ParameterError
from tradefleet.research.report.search import study_page, sweep_page, walk_forward_page, write_page

SweepOf = Callable[..., Any]
HOSTILE = '<script>alert("x")</script>'


def payload(text: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text.split("<main>")[1].split("</main>")[0]).split())


def test_headline_names_the_best_and_the_median(small: Any) -> None:
    best = small.table.sort(pl.col("sharpe").fill_nan(None), descending=True, nulls_last=True).row(0, named=True)
    median = small.table["sharpe"].fill_nan(None).median()
    said = plain(sweep_page(small))
    assert f"Of 270 combinations, the highest Sharpe is {best['sharpe']:.2f}" in said
    assert f"entry {best['entry']:g}, stop loss {best['stop_loss']:g}, reward risk {best['reward_risk']:g}" in said
    assert f"The median combination has {median:.2f}" in said
    assert "Errors: 8" in said
    assert "8 StrategyError: fast is above slow entry 20, stop loss 0.005, reward risk 1" in said
    assert small.luck.verdict in said
    assert "Fees are 41 % of the profit." in said


def test_confirmation_stands_beside_training(small: Any) -> None:
    text = sweep_page(small)
    ranked = small.table.filter(pl.col("sharpe").is_not_nan()).sort("sharpe", descending=True)
    confirmed = ranked["confirm_sharpe"]
    correlation = ranked.select(pl.corr("sharpe", "confirm_sharpe", method="spearman")).item()
    said = plain(text)
    assert f"Rank correlation of training and confirmation: {correlation:.2f}" in said
    assert f"has Sharpe {confirmed[0]:.2f} in confirmation, better than {(confirmed < confirmed[0]).mean():.0%}" in said
    assert "best in confirmation" in text
    assert "confirmation" in payload(text)["plots"]
    without = small.but(table=small.table.drop("^confirm_.*$"))
    assert "confirmation" not in sweep_page(without).split("<main>")[1].split("<footer>")[0].lower()


def test_size_is_bounded_however_many_combinations(large: Any) -> None:
    assert len(sweep_page(large)) < 2_000_000


def test_small_pages_are_small(small: Any) -> None:
    assert len(sweep_page(small)) < 250_000


@pytest.mark.parametrize("kind", ["sweep", "study", "walk"])
def test_texts_are_escaped_and_nothing_is_loaded(
    kind: str, small: Any, study_of: Callable[..., Any], walk_of: Callable[..., Any]
) -> None:
    if kind == "sweep":
        table = small.table.with_columns(pl.col("error").str.replace("^.*$", HOSTILE), side=pl.lit(HOSTILE))
        table = table.with_columns(
            pl.when(pl.col("entry") > 30).then(pl.lit("long")).otherwise(pl.col("side")).alias("side")
        )
        page = sweep_page(
            small.but(strategy=HOSTILE, warnings=[HOSTILE], table=table, axes={**small.axes, "side": [HOSTILE, "long"]},
                      settings={HOSTILE: HOSTILE}, data={"symbol": HOSTILE, "first": HOSTILE, "last": HOSTILE})
        )  # fmt: skip
    elif kind == "study":
        study = study_of()
        table = study.table.with_columns(side=pl.lit(HOSTILE), error=pl.lit(HOSTILE))
        page = study_page(study.but(strategy=HOSTILE, table=table, importance={HOSTILE: 1.0}))
    else:
        walk = walk_of()
        windows = walk.windows.with_columns(side=pl.lit(HOSTILE), skipped=pl.lit(HOSTILE))
        page = walk_forward_page(walk.but(strategy=HOSTILE, windows=windows, warnings=[HOSTILE]))
    assert (page.count("<script>alert"), page.count("<script")) == (0, 2)
    assert page.count("&lt;script&gt;alert") > 0
    assert re.findall(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", page) == []


ODD = {
    "nan": lambda column: pl.lit(float("nan")),
    "null": lambda column: pl.lit(None, dtype=pl.Float64),
    "infinite": lambda column: pl.lit(float("inf")),
    "some infinite": lambda column: pl.when(pl.int_range(pl.len()) % 3 == 0).then(float("-inf")).otherwise(column),
    "constant": lambda column: pl.lit(1.5),
    "zero": lambda column: pl.lit(0.0),
    "huge": lambda column: column * 1e200,
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_values_make_a_page(odd: str, small: Any) -> None:
    names = [name for name in small.table.columns if name not in (*small.axes, "error")]
    table = small.table.with_columns(ODD[odd](pl.col(name)).alias(name) for name in names)
    page = sweep_page(small.but(table=table))
    # JSON of the page has neither, and its text shows neither.
    assert payload(page)
    assert not re.search(r"\b(?:nan|inf|NaN|Infinity)\b", plain(page))


@pytest.mark.parametrize(
    "axes",
    [
        {},
        {"fast": [1]},
        {"fast": list(range(5, 50))},
        {"side": ["long", "short", "both"]},
        {"fast": [1, 2, 3], "side": ["short", "long"], "slow": [10, 20], "stop_loss": [0.01, 0.02, 0.03]},
        {"on": [True, False], "size": [0.5, 1.0]},
    ],
)
def test_any_number_of_axes_makes_a_page(axes: dict[str, Any], sweep_of: SweepOf) -> None:
    sweep = sweep_of(axes) if axes else sweep_of({"x": [1]}).but(axes={})
    said = plain(sweep_page(sweep))
    assert ("Over two parameters" in said) == (sum(len(values) > 1 for values in axes.values()) > 1)


def test_nothing_but_errors_makes_a_page(small: Any, failing: Callable[..., Any]) -> None:
    said = plain(sweep_page(failing(small, range(270), text="DataError: no bars")))
    assert "Of 270 combinations none has a value of Sharpe. 270 failed." in said
    assert "270 DataError: no bars" in said


def test_empty_table_makes_a_page(small: Any) -> None:
    assert "Of 0 combinations none" in plain(sweep_page(small.but(table=small.table.clear(), luck=None)))


def test_many_different_errors_are_cut(small: Any) -> None:
    texts = [f"error {number}" for number in range(270)]
    said = plain(sweep_page(small.but(table=small.table.with_columns(error=pl.Series(texts)))))
    assert "and 250 other messages" in said


def test_random_search_shows_the_nearest_where_there_is_no_grid(sweep_of: SweepOf) -> None:
    sweep = sweep_of({"fast": list(range(40)), "slow": list(range(50))})
    random = np.random.default_rng(2)
    noise = [pl.col(name) + pl.Series(random.normal(0, 1e-3, 2_000)) for name in ("fast", "slow")]
    text = sweep_page(sweep.but(table=sweep.table.with_columns(noise)))
    assert "the 8 combinations nearest to it" in plain(text)
    assert all(len(axis["labels"]) == 30 for axis in payload(text)["heat"]["axes"])


def test_study_counts_states_and_draws_history(study_of: Callable[..., Any]) -> None:
    study = study_of()
    counts = dict(study.table["state"].value_counts().rows())
    text = study_page(study)
    assert f"{counts['complete']} complete, {counts['pruned']} pruned, {counts['failed']} failed" in plain(text)
    plots = payload(text)["plots"]
    best = plots["history"]["marks"][1]["y"]
    assert best == sorted(best)
    assert best[-1] == pytest.approx(study.table["sharpe"].max(), rel=1e-6)
    assert not any(name.startswith("pareto") for name in plots)
    assert "47.0%" in text


def test_study_of_several_objectives_draws_each_two(study_of: Callable[..., Any]) -> None:
    study = study_of()
    make = type(study.objectives[0])
    objectives = [make(), make("max_drawdown", False), make("trades")]
    plots = payload(study_page(study.but(objectives=objectives)))["plots"]
    assert {name for name in plots if name.startswith("pareto")} == {"pareto-0-1", "pareto-0-2", "pareto-1-2"}
    two = payload(study_page(study.but(objectives=objectives[:2])))["plots"]["pareto-0-1"]["marks"]
    front = two[-1]
    assert front["x"] == sorted(front["x"])
    assert front["y"] == sorted(front["y"])


@pytest.mark.parametrize("count", [0, 1])
def test_small_studies_make_a_page(count: int, study_of: Callable[..., Any]) -> None:
    study = study_of(count)
    assert f"Of {count} trial" in plain(study_page(study))


def test_walk_forward_tells_windows_and_efficiency(walk_of: Callable[..., Any]) -> None:
    walk = walk_of()
    text = walk_forward_page(walk)
    said = plain(text)
    assert "over 23 windows, Sharpe is 0.48 , buying and holding 0.71. 1 skipped." in said
    assert "Efficiency 0.41" in said
    assert "skipped: 9 bars, fewer than 10" in said
    plots = payload(text)["plots"]
    assert {"equity", "drawdown", "bars", "scatter", "drift-0", "drift-1", "drift-2"} <= set(plots)
    assert len(plots["bars"]["x"]["labels"]) == 23
    assert plots["drift-0"]["marks"][0]["y"][:-1] == walk.windows["fast"].to_list()[:-1]
    assert plots["drift-2"]["y"]["labels"] == ["long", "short"]


def test_walk_forward_takes_nanoseconds_for_times(walk_of: Callable[..., Any]) -> None:
    walk = walk_of()
    plain_times = walk.windows.with_columns(pl.col("^.*_(since|until)$").dt.epoch("ns"))
    assert walk_forward_page(walk.but(windows=plain_times)) == walk_forward_page(walk)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_walk_forward_without_windows_makes_a_page(count: int, walk_of: Callable[..., Any]) -> None:
    walk = walk_of(count)
    windows = walk.windows.with_columns(skipped=pl.lit("too short"))
    text = walk_forward_page(walk.but(windows=windows, equity=walk.equity.clear(), metrics={}, efficiency=float("nan")))
    assert f"No window could be traded.{f' {count} skipped.' if count else ''}" in plain(text)
    payload(walk_forward_page(walk))


def test_page_is_written_whole_or_told(tmp_path: Path) -> None:
    assert write_page("<p>–</p>", tmp_path / "a.html").read_text(encoding="utf-8") == "<p>–</p>"
    with pytest.raises(ParameterError, match="cannot be written"):
        write_page("x", tmp_path / "none" / "a.html")
