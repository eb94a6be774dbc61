"""What is traded on the exchange, and the filters its orders must pass."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tradefleet.exchange.engine.amounts import ONE


class Market(StrEnum):
    """The two markets; each has its own wallets, orders and ids."""

    SPOT = "spot"
    PERPETUAL = "perpetual"


@dataclass(frozen=True, slots=True)
class Bracket:
    """One tier of maintenance margin: notionals from `floor` up to `cap`; `amount` makes tiers meet."""

    number: int
    floor: Decimal
    cap: Decimal
    rate: Decimal
    amount: Decimal
    max_leverage: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol and its filters; quantities are in base currency, prices and notionals in quote currency.

    Percent prices are multipliers of the reference price; `taker` and `maker` are fee rates.
    """

    name: str
    base: str
    quote: str
    market: Market
    tick: Decimal
    lot: Decimal
    min_price: Decimal
    max_price: Decimal
    min_quantity: Decimal
    max_quantity: Decimal
    market_min_quantity: Decimal
    market_max_quantity: Decimal
    min_notional: Decimal
    max_notional: Decimal
    multiplier_up: Decimal
    multiplier_down: Decimal
    max_orders: int = 200
    max_algo_orders: int = 5
    status: str = "TRADING"
    # What a filled order gives beyond a price is rounded to these many digits.
    base_digits: int = 8
    quote_digits: int = 8
    taker: Decimal = Decimal("0.001")
    maker: Decimal = Decimal("0.001")
    liquidation_fee: Decimal = Decimal("0.0125")
    brackets: tuple[Bracket, ...] = ()

    @property
    def trading(self) -> bool:
        """Whether orders are taken."""
        return self.status == "TRADING"

    @property
    def max_leverage(self) -> int:
        """The highest leverage any bracket allows."""
        return max((bracket.max_leverage for bracket in self.brackets), default=1)


# The brackets of a liquid perpetual: floor, cap, maintenance rate, maximum leverage. Amounts follow from them.
_TIERS = (
    ("0", "50000", "0.004", 125),
    ("50000", "600000", "0.005", 100),
    ("600000", "3000000", "0.0065", 75),
    ("3000000", "12000000", "0.01", 50),
    ("12000000", "70000000", "0.02", 25),
    ("70000000", "100000000", "0.025", 20),
    ("100000000", "230000000", "0.05", 10),
    ("230000000", "480000000", "0.1", 5),
    ("480000000", "600000000", "0.125", 4),
    ("600000000", "800000000", "0.15", 3),
    ("800000000", "1200000000", "0.25", 2),
    ("1200000000", "1800000000", "0.5", 1),
)


def usual_brackets() -> tuple[Bracket, ...]:
    """Brackets of a liquid perpetual; each amount makes the maintenance margin continuous at its floor.

    >>> [(bracket.rate, bracket.amount) for bracket in usual_brackets()[:2]]
    [(Decimal('0.004'), Decimal('0.000')), (Decimal('0.005'), Decimal('50.000'))]
    """
    brackets: list[Bracket] = []
    amount, rate = Decimal(0), Decimal(_TIERS[0][2])
    for number, (floor, cap, next_rate, leverage) in enumerate(_TIERS, start=1):
        amount += Decimal(floor) * (Decimal(next_rate) - rate)
        rate = Decimal(next_rate)
        brackets.append(Bracket(number, Decimal(floor), Decimal(cap), rate, amount, leverage))
    return tuple(brackets)


def make_symbol(
    base: str,
    quote: str = "USDT",
    market: Market = Market.SPOT,
    *,
    tick: Decimal = Decimal("0.01"),
    lot: Decimal = Decimal("0.00001"),
    min_notional: Decimal = Decimal(5),
) -> Symbol:
    """A symbol with filters such as Binance sets for a liquid market, around a tick, a lot and a notional.

    >>> make_symbol("BTC").name
    'BTCUSDT'
    """
    spot = market is Market.SPOT
    wide = Decimal(5) if spot else Decimal("1.05")
    return Symbol(
        name=f"{base}{quote}",
        base=base,
        quote=quote,
        market=market,
        tick=tick,
        lot=lot,
        min_price=tick,
        max_price=Decimal(1_000_000),
        min_quantity=lot,
        max_quantity=lot * 10**9,
        market_min_quantity=lot,
        market_max_quantity=lot * 10**8,
        min_notional=min_notional,
        max_notional=Decimal(9_000_000),
        multiplier_up=wide,
        multiplier_down=ONE / wide if spot else Decimal("0.95"),
        taker=Decimal("0.001") if spot else Decimal("0.0005"),
        maker=Decimal("0.001") if spot else Decimal("0.0002"),
        brackets=() if spot else usual_brackets(),
    )
