"""From the trials of a search to how much of the best is luck."""

from __future__ import annotations

import math

import numpy as np

from tradefleet.market.errors import ParameterError
from tradefleet.research.luck.deflated_sharpe import deflated_sharpe, expected_maximum_sharpe
from tradefleet.research.luck.effective_trials import effective_trials
from tradefleet.research.luck.luck import Luck
from tradefleet.research.luck.moments import FEWEST, Floats, Moments, moments
from tradefleet.research.luck.overfitting import Overfitting, probability_of_overfitting
from tradefleet.research.luck.probabilistic_sharpe import minimum_track_record, probabilistic_sharpe
from tradefleet.research.luck.trade_order import TradeOrder, trade_order

_ORDERS = 1_000
# Many trades are put into fewer orders, so that the work stays bounded: some half a second.
_FEWEST_ORDERS = 100
_MOST_DRAWN = 20_000_000


def judge(
    sharpes: Floats,
    best_returns: Floats,
    periods_per_year: float,
    returns_matrix: Floats | None,
    trade_returns: Floats,
    seed: int = 0,
) -> Luck:
    """Judges a search by the Sharpe ratios of all its trials and the returns of the one that was chosen.

    `sharpes` are annualised, one a trial, NaN where there is none. `best_returns` are the daily returns of the chosen
    trial, `trade_returns` its trades' profits as fractions of the equity before them. `returns_matrix` has a day a
    row and a trial a column: all trials or a sample of them that the chosen one is part of; without it there is no
    probability of overfitting. `best_sharpe` comes from `best_returns`, whatever the trial was chosen by; from the
    highest of `sharpes` when these are too few. Trials without a Sharpe ratio count as trials.

    Raises ParameterError for arrays of the wrong shape and a number of periods that is not positive.

    >>> noise = np.random.default_rng(7).normal(0, 0.01, (500, 40))
    >>> sharpes = noise.mean(axis=0) / noise.std(axis=0, ddof=1) * 365**0.5
    >>> found = judge(sharpes, noise[:, sharpes.argmax()], 365, noise, np.array([0.01, -0.01, 0.02]))
    >>> found.deflated_sharpe < 0.95
    True
    """
    _check(sharpes, best_returns, periods_per_year, returns_matrix, trade_returns)
    annual = math.sqrt(periods_per_year)
    known = sharpes[np.isfinite(sharpes)]
    best = moments(best_returns)
    variance = _variance(known, len(sharpes)) / periods_per_year
    independent = _independent(returns_matrix, len(sharpes))
    expected = expected_maximum_sharpe(len(sharpes), variance)
    overfitting = _overfitting(returns_matrix, len(sharpes), periods_per_year)
    orders = _orders(len(trade_returns))
    order = trade_order(trade_returns, orders=orders, seed=seed)
    return Luck(
        trials=len(sharpes),
        effective_trials=independent,
        best_sharpe=_best_sharpe(best, known, annual),
        expected_best=expected * annual,
        probabilistic_sharpe=probabilistic_sharpe(best.sharpe, 0.0, best.returns, best.skew, best.kurtosis),
        deflated_sharpe=_deflated(best, len(sharpes), variance),
        deflated_sharpe_effective=_deflated(best, independent, variance),
        days=best.returns,
        days_needed=minimum_track_record(best.sharpe, expected, best.skew, best.kurtosis),
        overfitting=overfitting,
        trade_order=order,
        notes=_notes(len(sharpes), len(known), best, overfitting, order),
    )


def _variance(known: Floats, trials: int) -> float:
    # One trial is the best of one, however it might have varied.
    if trials == 1:
        return 0.0
    return float(known.var(ddof=1)) if len(known) >= 2 else math.nan


def _independent(returns: Floats | None, trials: int) -> float:
    if trials <= 1:
        return float(trials)
    return math.nan if returns is None else effective_trials(returns, trials)


def _deflated(best: Moments, trials: float, variance: float) -> float:
    return deflated_sharpe(best.sharpe, trials, variance, best.returns, best.skew, best.kurtosis)


def _best_sharpe(best: Moments, known: Floats, annual: float) -> float:
    if not math.isnan(best.sharpe):
        return best.sharpe * annual
    return float(known.max()) if len(known) else math.nan


def _overfitting(returns: Floats | None, trials: int, periods_per_year: float) -> Overfitting:
    if returns is None:
        return Overfitting.unknown(trials, "overfitting needs the returns of the trials")
    return probability_of_overfitting(returns, periods_per_year=periods_per_year)


def _orders(trades: int) -> int:
    return max(_FEWEST_ORDERS, min(_ORDERS, _MOST_DRAWN // max(1, trades)))


def _notes(trials: int, known: int, best: Moments, overfitting: Overfitting, order: TradeOrder) -> tuple[str, ...]:
    notes = []
    if known < trials:
        notes.append(f"{trials - known:,} of {trials:,} trials have no Sharpe ratio; they count as trials")
    if trials > 1 and known < 2:
        notes.append("what luck gives needs two trials or more with a Sharpe ratio")
    if best.returns < FEWEST:
        notes.append(f"a deflated Sharpe ratio needs {FEWEST} days or more, and there are {best.returns}")
    elif math.isnan(best.sharpe):
        notes.append("a deflated Sharpe ratio needs returns that vary")
    if overfitting.splits and overfitting.trials < trials:
        notes.append(f"overfitting goes by a sample of {overfitting.trials:,} of the {trials:,} trials")
    notes += [reason for reason in (overfitting.reason, order.reason) if reason]
    if 0 < order.orders < _ORDERS:
        notes.append(f"{order.trades:,} trades were put into {order.orders} orders, not {_ORDERS:,}")
    return tuple(notes)


def _check(
    sharpes: Floats, best_returns: Floats, periods: float, returns_matrix: Floats | None, trade_returns: Floats
) -> None:
    for name, values in (("sharpes", sharpes), ("best_returns", best_returns), ("trade_returns", trade_returns)):
        if values.ndim != 1:
            raise ParameterError(f"{name} have {values.ndim} dimensions", cure="give one row of values")
    if returns_matrix is not None and returns_matrix.ndim != 2:
        raise ParameterError(
            f"returns_matrix has {returns_matrix.ndim} dimensions", cure="give a matrix, a trial a column"
        )
    if not 0 < periods < math.inf:
        raise ParameterError(f"periods_per_year is {periods}", cure="give a positive number, such as 365")
