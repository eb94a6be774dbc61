"""The printed result and its JSON: beside holding, with intervals and doubts."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import pytest

from tradefleet.metrics import Performance, measure
from tradefleet.metrics.bootstrap import Interval, confidence
from tradefleet.research.breakdown import BY
from tradefleet.research.summary import summary_table, to_json


@dataclass(frozen=True)
class Made:
    """As much of a result as a summary reads."""

    performance: Performance
    counts: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    settings: dict[str, Any] = field(
        default_factory=lambda: {"cash": 100.0, "fee": 0.001, "slippage": 0.0, "periods_per_year": 365}
    )
    buy_and_hold: dict[str, float] = field(default_factory=lambda: {"total_return": 0.5, "sharpe": math.nan})
    strategy: str = "ema_cross"
    parameters: dict[str, Any] = field(default_factory=dict)
    trades: pl.DataFrame = field(default_factory=pl.DataFrame)

    data = {"symbol": "A", "timeframe": "1h", "bars": 5, "first": "f", "last": "l", "fingerprint": "x"}  # noqa: RUF012

    @cached_property
    def metrics(self) -> dict[str, float]:
        return measure(self.performance)

    @cached_property
    def confidence(self) -> dict[str, Interval]:
        return confidence(self.performance, resamples=100)

    def by(self, what: str) -> pl.DataFrame:
        return pl.DataFrame({what: ["a"], "profit_factor": [math.inf]})


@pytest.fixture
def made() -> Made:
    random = np.random.default_rng(1)
    equity = 100 * np.cumprod(1 + random.normal(0.001, 0.02, 200))
    return Made(Performance.from_days(100, equity.tolist(), random.normal(0, 1, 20).tolist()))


def cells(text: str, name: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(f"  {name}  ")]
    return re.split(r" {2,}", line.strip())[1:]


def test_measures_of_holding_stand_beside_the_strategys(made: Made) -> None:
    text = summary_table(made)
    assert cells(text, "total return") == [f"{made.metrics['total_return']:.2%}".replace("%", " %"), "50.00 %"]
    assert cells(text, "sharpe")[1] == "-"
    assert len(cells(text, "trades")) == 1
    assert re.search(r"^ +strategy +buy and hold$", text, re.MULTILINE)


def test_one_line_tells_how_sure_three_measures_are(made: Made) -> None:
    (line,) = [line for line in summary_table(made).splitlines() if "confidence" in line]
    found = re.findall(r"(total return|sharpe|max drawdown) (-?[\d.]+)(?: %)? to (-?[\d.]+)", line)
    assert [name for name, *_ in found] == ["total return", "sharpe", "max drawdown"]
    expected = confidence(made.performance, ["total_return", "sharpe", "max_drawdown"])
    for (_, low, high), interval, scale in zip(found, expected.values(), (100, 1, 100), strict=True):
        width = (interval.high - interval.low) * scale
        assert float(low) == pytest.approx(interval.low * scale, abs=0.25 * width)
        assert float(high) == pytest.approx(interval.high * scale, abs=0.25 * width)


def test_account_that_never_moved_has_no_line_of_intervals() -> None:
    assert "confidence" not in summary_table(Made(Performance.from_days(100, [100] * 9)))


@pytest.mark.parametrize(
    ("counts", "detail", "told"),
    [
        ({}, None, None),
        ({"ambiguous_exits": 0, "resolved_exits": 0}, None, None),
        ({"ambiguous_exits": 1_234}, None, "1,234 exits were ambiguous inside the bar: the worse was taken; --detail"),
        ({"ambiguous_exits": 1}, "1m", "1 exit was ambiguous inside the bar: the worse was taken$"),
        ({"ambiguous_exits": 2, "resolved_exits": 7}, "1m", "2 exits were .* taken; finer bars decided 7 more$"),
        ({"resolved_exits": 1}, "1m", "^finer bars decided 1 exit inside the bar$"),
    ],
)
def test_exits_that_bars_cannot_order_are_told(
    counts: dict[str, int], detail: str | None, told: str | None, made: Made
) -> None:
    settings = {**made.settings, "detail": detail} if detail else made.settings
    text = summary_table(replace(made, counts=counts, settings=settings))
    if told is None:
        assert "inside the bar" not in text
    else:
        assert re.search(told, text, re.MULTILINE)
        assert ("--detail 1m" in text) == (detail is None)


def test_printed_result_needs_no_letters_a_terminal_may_lack(made: Made) -> None:
    only_wins = replace(made, performance=Performance.from_days(100, [101, 99, 103], [1.0, 2.0]))
    text = summary_table(only_wins)
    assert text.isascii()
    assert cells(text, "profit factor") == ["inf"]


def test_parameters_of_several_strategies_have_a_line_each(made: Made) -> None:
    lines = summary_table(replace(made, parameters={"a": {"x": 1, "y": 2}, "b": {"x": 3}})).splitlines()
    assert lines[3:5] == ["a: x=1, y=2", "b: x=3"]
    assert summary_table(replace(made, parameters={"x": 1, "y": 2})).splitlines()[3] == "x=1, y=2"


def test_json_has_holding_intervals_and_groups(made: Made) -> None:
    found = to_json(made, pl.DataFrame())
    assert found["buy_and_hold"] == {"total_return": 0.5, "sharpe": None}
    assert found["confidence"]["sharpe"] == list(made.confidence["sharpe"])
    assert set(found["confidence"]) == set(made.confidence)
    assert list(found["by"]) == list(BY)
    assert found["by"]["side"] == [{"side": "a", "profit_factor": None}]
    assert json.dumps(found, allow_nan=False)
