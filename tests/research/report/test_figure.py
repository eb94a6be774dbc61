"""The figure for notebooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.research.report import figure

MakeBars = Callable[..., Bars]
MakeResult = Callable[..., Any]


def names(drawn: Any) -> list[str]:
    return [trace.name for trace in drawn.data]


def test_figure_shows_candles_trades_equity_and_drawdown(hourly: Any) -> None:
    drawn = figure(hourly)
    assert names(drawn)[1:] == ["held", "entry", "exit", "equity", "buy and hold", "drawdown"]
    assert len(drawn.data[0].x) <= 1_500
    assert drawn.layout.title.text == "CalmCross: BTC/USDT 1h, drawn as 12h"
    assert len(drawn.data[2].x) == 200
    assert drawn.to_json()


@pytest.mark.parametrize(("count", "trades"), [(1, 0), (0, 0), (3, 1), (100, 0)])
def test_small_and_empty_results_have_a_figure(
    count: int, trades: int, bars_of: MakeBars, result_of: MakeResult
) -> None:
    assert "drawn as" not in figure(result_of(bars_of(count), trades)).layout.title.text


def test_only_the_largest_of_many_trades_are_marked(bars_of: MakeBars, result_of: MakeResult) -> None:
    drawn = figure(result_of(bars_of(30_000), 6_000))
    assert len(drawn.data[2].x) == 5_000
    assert "5,000 of 6,000 trades" in drawn.layout.title.text


def test_figure_shows_the_trades_of_one_symbol(two_symbols: Any) -> None:
    count = (two_symbols.trades["symbol"] == "ETH/USDT").sum()
    first, other = figure(two_symbols), figure(two_symbols, "ETH/USDT")
    assert len(first.data[2].x) == len(two_symbols.trades) - count
    assert len(other.data[2].x) == count
    assert other.layout.title.text.startswith("CalmCross: ETH/USDT 1h")
    assert other.data[0].name.startswith("ETH/USDT")


def test_symbol_that_was_not_traded_is_refused(two_symbols: Any) -> None:
    with pytest.raises(ParameterError, match="name one of BTC/USDT, ETH/USDT"):
        figure(two_symbols, "XRP/USDT")
