"""Many combinations at once, with the measures of single backtests to the bit."""

from tradefleet.research.batch.evaluator import Batch

__all__ = ["Batch"]
