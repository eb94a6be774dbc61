"""The house's quotes where only bars are known."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO, floor_to, from_float
from tradefleet.exchange.engine.book import UNLIMITED
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.market.errors import ParameterError
from tradefleet.simulation.rules.market_order import slipped
from tradefleet.simulation.rules.steps import steps_of

Levels = list[tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class Liquidity:
    """How much the house trades, and at what distance from the bars' prices.

    `slippage` is a fraction of the price. Without `participation` the house trades any quantity at one price, as the
    rule book says. With it, it trades this part of the last closed bar's volume on each side, spread evenly over
    `levels` prices a tick apart.
    """

    slippage: float = 0.0
    participation: float | None = None
    levels: int = 10

    def __post_init__(self) -> None:
        if not 0.0 <= self.slippage < 1.0:
            raise ParameterError(f"slippage is {self.slippage}", cure="give a fraction such as 0.0005")
        if self.participation is not None and not 0.0 < self.participation <= 1.0:
            raise ParameterError(f"participation is {self.participation}", cure="give a fraction such as 0.1")
        if self.levels < 1:
            raise ParameterError(f"levels is {self.levels}", cure="give 1 or more")

    @property
    def share(self) -> Decimal | None:
        """The part of a bar's volume that fills, None where there is no limit."""
        return None if self.participation is None else Decimal(repr(self.participation))

    def quotes(self, symbol: Symbol, price: Decimal, volume: Decimal) -> tuple[Levels, Levels]:
        """Bids and asks around a price, the best first; `volume` is that of the last closed bar.

        >>> from tradefleet.exchange.engine.symbols import make_symbol
        >>> Liquidity(participation=0.5, levels=2).quotes(make_symbol("BTC"), Decimal(10), Decimal("0.00006"))[0]
        [(Decimal('10.00'), Decimal('0.00002')), (Decimal('9.99'), Decimal('0.00001'))]
        """
        steps = steps_of(symbol.tick)
        bid, ask = (from_float(slipped(float(price), way, self.slippage, steps), symbol.tick) for way in (-1.0, 1.0))
        bid = max(bid, symbol.tick)
        if self.share is None:
            return [(bid, UNLIMITED)], [(ask, UNLIMITED)]
        parts = self._parts(symbol, volume, self.share)
        bids = [(bid - symbol.tick * place, part) for place, part in enumerate(parts)]
        asks = [(ask + symbol.tick * place, part) for place, part in enumerate(parts)]
        return [level for level in bids if level[0] > ZERO], asks

    def _parts(self, symbol: Symbol, volume: Decimal, participation: Decimal) -> list[Decimal]:
        """Quantities of the levels: whole lots, what does not divide at the best prices."""
        lots = int(floor_to(volume * participation, symbol.lot) / symbol.lot)
        share, rest = divmod(lots, self.levels)
        counts = [share + (place < rest) for place in range(self.levels)]
        return [symbol.lot * count for count in counts if count]
