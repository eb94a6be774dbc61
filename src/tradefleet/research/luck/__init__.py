"""How much of the best result of a search is luck: one statistic a file, and judge for all of them."""

from tradefleet.research.luck.deflated_sharpe import deflated_sharpe, expected_maximum_sharpe
from tradefleet.research.luck.effective_trials import average_correlation, effective_trials
from tradefleet.research.luck.judge import judge
from tradefleet.research.luck.luck import Luck
from tradefleet.research.luck.moments import Moments, moments
from tradefleet.research.luck.overfitting import Overfitting, probability_of_overfitting
from tradefleet.research.luck.probabilistic_sharpe import minimum_track_record, probabilistic_sharpe
from tradefleet.research.luck.sharpe_variance import sharpe_variance
from tradefleet.research.luck.trade_order import LEVELS, TradeOrder, trade_order

__all__ = [
    "LEVELS",
    "Luck",
    "Moments",
    "Overfitting",
    "TradeOrder",
    "average_correlation",
    "deflated_sharpe",
    "effective_trials",
    "expected_maximum_sharpe",
    "judge",
    "minimum_track_record",
    "moments",
    "probabilistic_sharpe",
    "probability_of_overfitting",
    "sharpe_variance",
    "trade_order",
]
