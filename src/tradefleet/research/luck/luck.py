"""How much of the best result of a search is luck."""

from __future__ import annotations

from dataclasses import dataclass

from tradefleet.research.luck.overfitting import Overfitting
from tradefleet.research.luck.plain import plain
from tradefleet.research.luck.trade_order import TradeOrder
from tradefleet.research.luck.verdict import verdict


@dataclass(frozen=True)
class Luck:
    """The best of `trials` trials, held against what luck gives.

    Sharpe ratios are annualised, probabilities are fractions, NaN is not known, and `notes` say why. `expected_best`
    is what the best of so many independent trials without skill would have; `deflated_sharpe` the probability that
    the best is better than that, by the number of trials as it is, and `deflated_sharpe_effective` by
    `effective_trials`, the number of independent trials that similar ones amount to. `probabilistic_sharpe` is the
    probability that its Sharpe ratio is above zero, had it been the only trial. `days` is the number of the best's
    returns; `days_needed` how many would make the deflated Sharpe ratio 0.95, were they as these are: infinite when
    luck would give as much.
    """

    trials: int
    effective_trials: float
    best_sharpe: float
    expected_best: float
    probabilistic_sharpe: float
    deflated_sharpe: float
    deflated_sharpe_effective: float
    days: int
    days_needed: float
    overfitting: Overfitting
    trade_order: TradeOrder
    notes: tuple[str, ...] = ()

    @property
    def probability_of_overfitting(self) -> float:
        """Share of splits in which the best on half of the days is no better than the median on the others."""
        return self.overfitting.probability

    @property
    def verdict(self) -> str:
        """One plain sentence."""
        overfitting = self.probability_of_overfitting
        return verdict(self.trials, self.best_sharpe, self.expected_best, self.deflated_sharpe, overfitting)

    def as_dict(self) -> dict[str, object]:
        """For machines: numbers, the details of overfitting and of the order of trades, verdict and notes.

        What is NaN or infinite is None.
        """
        return {
            "trials": self.trials,
            "effective_trials": plain(self.effective_trials),
            "best_sharpe": plain(self.best_sharpe),
            "expected_best": plain(self.expected_best),
            "probabilistic_sharpe": plain(self.probabilistic_sharpe),
            "deflated_sharpe": plain(self.deflated_sharpe),
            "deflated_sharpe_effective": plain(self.deflated_sharpe_effective),
            "days": self.days,
            "days_needed": plain(self.days_needed),
            "probability_of_overfitting": plain(self.probability_of_overfitting),
            "overfitting": self.overfitting.as_dict(),
            "trade_order": self.trade_order.as_dict(),
            "verdict": self.verdict,
            "notes": list(self.notes),
        }
