"""Trades by name of group: the names, the order, and closed trades only."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tradefleet.market.errors import ParameterError
from tradefleet.market.time import HOUR, parse_time
from tradefleet.metrics import Performance
from tradefleet.research.breakdown import BY, breakdown
from tradefleet.simulation.state import EXIT_REASONS

ENTRIES = ("2024-02-29T23:00", "2024-03-04T07:30", "2024-03-04T07:59", "2024-03-05T00:00")


@pytest.fixture
def columns() -> tuple[Any, Performance]:
    """Three closed trades and one still open, as a ledger has them."""
    entry = np.array([parse_time(text) for text in ENTRIES])
    ledger = SimpleNamespace(
        closed=3,
        symbols=("BTC/USDT", "ETH/USDT"),
        tags=("", "dip"),
        strategies=("ema_cross",),
        symbol_index=np.array([1, 0, 1, 0]),
        tag_index=np.array([1, 1, 0, 0]),
        strategy_index=np.array([0, 0, 0, 0]),
        side=np.array([1, -1, 1, 1]),
        reason=np.array([EXIT_REASONS.index(name) for name in ("stop_loss", "signal", "stop_loss", "open")]),
        entry_time=entry,
        exit_time=entry + 2 * HOUR,
    )
    base = Performance.from_days(100, [110], [5.0, -2.0, 1.0])
    values = {name: getattr(base, name) for name in Performance.__dataclass_fields__}
    values |= {"entry_time": ledger.entry_time[:3], "exit_time": ledger.exit_time[:3]}
    return ledger, Performance(**values)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("symbol", [("BTC/USDT", 1, -2.0), ("ETH/USDT", 2, 6.0)]),
        ("side", [("long", 2, 6.0), ("short", 1, -2.0)]),
        ("weekday", [("Monday", 2, -1.0), ("Thursday", 1, 5.0)]),
        ("hour", [(7, 2, -1.0), (23, 1, 5.0)]),
        ("day", [("2024-03-01", 1, 5.0), ("2024-03-04", 2, -1.0)]),
        ("month", [("2024-03", 3, 4.0)]),
        ("exit_reason", [("signal", 1, -2.0), ("stop_loss", 2, 6.0)]),
        ("tag", [("", 1, 1.0), ("dip", 2, 3.0)]),
        ("strategy", [("ema_cross", 3, 4.0)]),
    ],
)
def test_closed_trades_are_summed_up_by_name(
    what: str, expected: list[tuple[Any, int, float]], columns: tuple[Any, Performance]
) -> None:
    frame = breakdown(*columns, what)
    assert frame.columns[0] == what
    assert frame.select(what, "trades", "profit").rows() == expected
    assert frame["average_duration_hours"].to_list() == [2.0] * len(expected)


def test_every_grouping_is_tried_here() -> None:
    assert list(BY) == ["symbol", "side", "weekday", "hour", "day", "month", "exit_reason", "tag", "strategy"]


def test_unknown_grouping_names_those_there_are(columns: tuple[Any, Performance]) -> None:
    with pytest.raises(ParameterError, match="'colour'; choose one of symbol, side"):
        breakdown(*columns, "colour")


@pytest.mark.parametrize("what", sorted(BY))
def test_without_closed_trades_the_table_is_empty_and_has_its_columns(
    what: str, columns: tuple[Any, Performance]
) -> None:
    ledger, performance = columns
    ledger.closed = 0
    frame = breakdown(ledger, Performance.from_days(100, [110]), what)
    assert frame.is_empty()
    assert frame.columns == breakdown(*_full(ledger, performance), what).columns


def _full(ledger: Any, performance: Performance) -> tuple[Any, Performance]:
    ledger.closed = 3
    return ledger, performance
