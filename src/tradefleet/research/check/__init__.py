"""Checks of strategies: whether any column, or any decision, knows what comes later, and when it can be trusted."""

from tradefleet.research.check.finding import Finding
from tradefleet.research.check.result import CheckResult
from tradefleet.research.check.run import run_check

__all__ = ["CheckResult", "Finding", "run_check"]
