"""Research: backtests and their reports."""

from tradefleet.research.backtest import Settings, run_backtest
from tradefleet.research.result import Result
from tradefleet.research.summary import comparison_table

__all__ = ["Result", "Settings", "comparison_table", "run_backtest"]
