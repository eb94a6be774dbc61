"""Prices as counts of ticks, quantities as counts of lots: exact, and quick to add up in columns."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from tradefleet.exchange.engine.amounts import UNIT
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.market.errors import DataError
from tradefleet.simulation.rules.steps import steps_of

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

# Beyond it a float no longer tells one count from the next.
_LARGEST = 2.0**53


class Scale:
    """The ticks and lots of a symbol.

    >>> scale = Scale(Decimal("0.01"), Decimal("0.001"))
    >>> scale.ticks(np.array([1.23])), scale.price(123), scale.quantity(5)
    (array([123]), Decimal('1.23'), Decimal('0.005'))
    """

    def __init__(self, tick: Decimal, lot: Decimal) -> None:
        self.tick = tick
        self.lot = lot
        self._unit = tick * lot
        self._tick_steps = steps_of(tick)
        self._lot_steps = steps_of(lot)

    @classmethod
    def of(cls, symbol: Symbol) -> Scale:
        """The scale of a symbol."""
        return cls(symbol.tick, symbol.lot)

    def ticks(self, prices: Floats) -> Counts:
        """Prices in whole ticks, the nearest, at least one."""
        return np.maximum(_counted(prices, self._tick_steps.numerator, self._tick_steps.denominator), 1)

    def lots(self, quantities: Floats) -> Counts:
        """Quantities in whole lots, the nearest."""
        return _counted(quantities, self._lot_steps.numerator, self._lot_steps.denominator)

    def price(self, ticks: int) -> Decimal:
        """The price of so many ticks."""
        return ticks * self.tick

    def quantity(self, lots: int) -> Decimal:
        """The quantity of so many lots."""
        return lots * self.lot

    def quote(self, count: int) -> Decimal:
        """The money of so many ticks times lots, to eight digits."""
        money = count * self._unit
        return money if self._unit >= UNIT else money.quantize(UNIT)

    def ticks_of(self, price: Decimal) -> int:
        """An exact price in ticks."""
        return int(price / self.tick)

    def lots_of(self, quantity: Decimal) -> int:
        """An exact quantity in lots."""
        return int(quantity / self.lot)


def _counted(values: Floats, numerator: float, denominator: float) -> Counts:
    counts = np.rint(values * denominator / numerator)
    if len(counts) and counts.max() > _LARGEST:
        raise DataError(
            f"{values.max()} in steps of {numerator / denominator} is more than can be counted",
            cure="give the instrument a larger tick or lot",
        )
    return counts.astype(np.int64)
