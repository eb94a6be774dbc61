"""How much of a walk forward is luck: in the curve of its tests, and in choosing as it did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradefleet.market.errors import UserError
from tradefleet.metrics.performance import Floats
from tradefleet.research.luck import (
    Overfitting,
    TradeOrder,
    deflated_sharpe,
    expected_maximum_sharpe,
    moments,
    probabilistic_sharpe,
    probability_of_overfitting,
    trade_order,
)
from tradefleet.research.luck.plain import plain
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import Evaluator, Span
from tradefleet.research.walk_forward.stitching import Stitched
from tradefleet.research.walk_forward.walking import Step

# More combinations are judged by a sample of so many.
MOST_JUDGED = 1_000


@dataclass(frozen=True)
class WalkLuck:
    """The account of the tests, held against what luck gives.

    Sharpe ratios are annualised, probabilities are fractions, NaN is not known, and `notes` say why.
    `probabilistic_sharpe` is the probability that the account's Sharpe ratio is above zero: as nothing was chosen by
    the tests, it needs no deflating for a single walk forward. `deflated_sharpe` is the stricter figure, as though the
    account were the best of all `trials` in training: `expected_best` is what the best of so many without skill would
    have over as many days as the account has. `probability_of_overfitting` is about choosing the best of the
    combinations by its past, over all bars.
    """

    trials: int
    sharpe: float
    days: int
    probabilistic_sharpe: float
    expected_best: float
    deflated_sharpe: float
    overfitting: Overfitting
    trade_order: TradeOrder
    notes: tuple[str, ...] = ()

    @property
    def probability_of_overfitting(self) -> float:
        """Share of splits in which the best on half of the days is no better than the median on the others."""
        return self.overfitting.probability

    @property
    def verdict(self) -> str:
        """In plain sentences."""
        if math.isnan(self.sharpe):
            return "Out of sample there is no Sharpe ratio, so skill cannot be told from luck."
        told = [
            f"Out of sample, where nothing was chosen, the Sharpe ratio is {self.sharpe:.2f}: above zero with "
            f"probability {_rounded(self.probabilistic_sharpe)}."
        ]
        if not math.isnan(self.deflated_sharpe):
            told.append(
                f"The best of {self.trials:,} trials without skill would have {self.expected_best:.2f} in as many "
                f"days; against that the deflated Sharpe ratio is {_rounded(self.deflated_sharpe)}."
            )
        if not math.isnan(self.probability_of_overfitting):
            told.append(
                "Chosen on half of the days, the best combination is no better than the median on the others in "
                f"{self.probability_of_overfitting:.0%} of splits."
            )
        return " ".join(told)

    def as_dict(self) -> dict[str, object]:
        """For machines; what is NaN or infinite is None."""
        return {
            "trials": self.trials,
            "sharpe": plain(self.sharpe),
            "days": self.days,
            "probabilistic_sharpe": plain(self.probabilistic_sharpe),
            "expected_best": plain(self.expected_best),
            "deflated_sharpe": plain(self.deflated_sharpe),
            "probability_of_overfitting": plain(self.probability_of_overfitting),
            "overfitting": self.overfitting.as_dict(),
            "trade_order": self.trade_order.as_dict(),
            "verdict": self.verdict,
            "notes": list(self.notes),
        }


def walk_luck(whole: Stitched, steps: Sequence[Step], overfitting: Overfitting) -> WalkLuck:
    """The luck in a stitched account, by the Sharpe ratios in training of all that was tried.

    A training is shorter than the account, and a Sharpe ratio of fewer days varies more: without skill its variance is
    one over their number (Lo 2002, The Statistics of Sharpe Ratios, Financial Analysts Journal 58(4)). So the trials'
    variance is multiplied by the trainings' mean length / the account's before the account is held against them.
    """
    run = whole.performance
    found, periods = moments(run.returns), run.periods
    sharpes = np.concatenate([step.choice.sharpes for step in steps])
    known = sharpes[np.isfinite(sharpes)]
    variance = float(known.var(ddof=1)) / periods * _shortness(whole, steps) if len(known) >= 2 else math.nan
    order = trade_order(_trade_returns(whole))
    reasons = (overfitting.reason, order.reason)
    missing = len(sharpes) - len(known)
    return WalkLuck(
        trials=len(sharpes),
        sharpe=found.sharpe * math.sqrt(periods),
        days=found.returns,
        probabilistic_sharpe=probabilistic_sharpe(found.sharpe, 0.0, found.returns, found.skew, found.kurtosis),
        expected_best=expected_maximum_sharpe(len(sharpes), variance) * math.sqrt(periods),
        deflated_sharpe=deflated_sharpe(
            found.sharpe, len(sharpes), variance, found.returns, found.skew, found.kurtosis
        ),
        overfitting=overfitting,
        trade_order=order,
        notes=(
            *(
                [f"{missing:,} of {len(sharpes):,} trials have no Sharpe ratio; they count as trials"]
                if missing
                else []
            ),
            *(reason for reason in reasons if reason),
        ),
    )


def _shortness(whole: Stitched, steps: Sequence[Step]) -> float:
    """The mean length of the trainings, each counted as often as something was tried in it, over the account's."""
    tried = np.array([step.choice.tried for step in steps])
    lengths = np.array([step.window.train_until - step.window.train_since for step in steps], dtype=np.float64)
    own = whole.performance.last_time - whole.performance.first_time
    return float((tried * lengths).sum() / tried.sum()) / own


def _trade_returns(whole: Stitched) -> Floats:
    """The profit of each closed trade as a fraction of the account's equity before its entry."""
    run = whole.performance
    before = np.searchsorted(whole.close_time, run.entry_time, side="right") - 1
    equity = np.where(before < 0, whole.initial_cash, whole.equity[np.maximum(before, 0)])
    returns: Floats = run.profit / equity
    return returns


def overfitting_of(evaluator: Evaluator, combinations: Combinations | None, span: Span, whole: Stitched) -> Overfitting:
    """The probability of overfitting of choosing among combinations, by their daily returns over all bars of a span.

    A random sample of them, the same in every run, where there are more than 1,000. Without a result, and with the
    reason, where there are no combinations (a sampler's differ from window to window) or where they cannot be run.
    """
    if combinations is None:
        return Overfitting.unknown(0, "overfitting needs a grid: a sampler tries other combinations in each window")
    if len(combinations) > MOST_JUDGED:
        chosen = np.random.default_rng(0).choice(len(combinations), MOST_JUDGED, replace=False)
        combinations = combinations.take(np.sort(chosen))
    try:
        _, equity = evaluator.equity(combinations, span)
    except UserError as error:
        return Overfitting.unknown(len(combinations), f"overfitting cannot be judged: {error}")
    return probability_of_overfitting(_returns(equity, whole.initial_cash), periods_per_year=whole.performance.periods)


def _returns(equity: Floats, cash: float) -> Floats:
    """Daily returns, a day a row and a combination a column; NaN where there is none, as after ruin."""
    worth = np.maximum(equity, 0.0)
    before = np.hstack([np.full((len(worth), 1), cash), worth[:, :-1]])
    returns = np.divide(worth, before, out=np.full(worth.shape, np.nan), where=before > 0) - 1.0
    return np.ascontiguousarray(returns.T)


def _rounded(probability: float) -> str:
    # Rounded down: 0.9496 does not look like 0.95.
    return "unknown" if math.isnan(probability) else f"{math.floor(probability * 100 + 1e-9) / 100:.2f}"
