"""Quantities: fixed at the close of the decision bar, cut at the fill to what the cash pays."""

from __future__ import annotations

import math
from typing import NamedTuple

from tradefleet.simulation.rules.steps import Steps, step_below

FRACTION = 0
AMOUNT = 1
RISK = 2
VOLATILITY = 3
KELLY = 4


class Lots(NamedTuple):
    """The lot step and the smallest order, in money."""

    lot: Steps
    min_notional: float


def tradable(quantity: float, price: float, lots: Lots) -> float:
    """The quantity rounded down to the lot; 0 where nothing, or less than the minimum, is left."""
    rounded = step_below(quantity, lots.lot)
    if rounded > 0.0 and rounded * price >= lots.min_notional:
        return rounded
    return 0.0


def volatility_money(target: float, equity: float, sigma: float, bars_per_year: float, most: float) -> float:
    """The money whose volatility is `target` of the equity a year; at most `most` times the equity.

    `sigma` is the standard deviation of a bar's returns; none where it is 0 or NaN.

    >>> volatility_money(0.2, 10_000.0, 0.02, 400.0, 1.0)
    5000.0
    """
    yearly = sigma * math.sqrt(bars_per_year)
    if yearly > 0.0:
        return min(target * equity / yearly, most * equity)
    return 0.0


class Record(NamedTuple):
    """Closed trades so far: how many won and lost, and the sums of their profits and losses as fractions of cost.

    A trade that brought nothing is one that lost 0.
    """

    wins: float
    losses: float
    won: float
    lost: float


def record_after(record: Record, profit_ratio: float) -> Record:
    """The record after one more trade."""
    if profit_ratio > 0.0:
        return Record(record.wins + 1.0, record.losses, record.won + profit_ratio, record.lost)
    return Record(record.wins, record.losses + 1.0, record.won, record.lost - profit_ratio)


def kelly_fraction(record: Record, multiple: float, cap: float, least_trades: float, floor: float) -> float:
    """The fraction of equity by Kelly's criterion, times `multiple`, within `floor` and `cap`.

    f = W - (1 - W) / R, where W is the share of trades that won and R the average win over the average loss. It is
    `floor` before there are `least_trades`, and where f is negative.

    >>> kelly_fraction(Record(15.0, 5.0, 0.75, 0.25), 0.25, 0.25, 10.0, 0.01)
    0.125
    """
    trades = record.wins + record.losses
    if trades < least_trades or record.wins == 0.0:
        return floor
    share = record.wins / trades
    full = share
    if record.lost > 0.0:
        full -= (1.0 - share) * (record.lost / record.losses) / (record.won / record.wins)
    return max(floor, min(multiple * full, cap))
