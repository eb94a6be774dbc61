"""Research: backtests and their reports."""

from tradefleet.research.backtest import run_backtest
from tradefleet.research.data import Data
from tradefleet.research.prepare import Scope
from tradefleet.research.result import Result
from tradefleet.research.settings import Settings
from tradefleet.research.summary import comparison_table

__all__ = ["Data", "Result", "Scope", "Settings", "comparison_table", "run_backtest"]
