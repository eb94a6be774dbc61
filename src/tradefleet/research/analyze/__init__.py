"""The analyzer: the best parameters of a strategy for each of many symbols, over several timeframes."""

from tradefleet.research.analyze.analysis import Analysis
from tradefleet.research.analyze.grids import usual_grid
from tradefleet.research.analyze.pair import Best, Pair
from tradefleet.research.analyze.run import Plan, run_analysis

__all__ = ["Analysis", "Best", "Pair", "Plan", "run_analysis", "usual_grid"]
