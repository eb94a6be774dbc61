"""What the generated market lists: majors at plausible prices, and as many made-up coins as are wanted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from tradefleet.exchange.engine.symbols import Market, Symbol, make_symbol


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin against USDT: its first price, ticks and lots of both markets, and what it turns over in a day (USDT)."""

    base: str
    price: Decimal
    tick: Decimal
    lot: Decimal
    perpetual_tick: Decimal
    perpetual_lot: Decimal
    turnover: float

    def symbol(self, market: Market) -> Symbol:
        """Its symbol on a market."""
        spot = market is Market.SPOT
        tick, lot = (self.tick, self.lot) if spot else (self.perpetual_tick, self.perpetual_lot)
        return make_symbol(self.base, "USDT", market, tick=tick, lot=lot)


_MAJORS = (
    ("BTC", "65000.00", "0.01", "0.00001", "0.10", "0.001", 2e9),
    ("ETH", "3400.00", "0.01", "0.0001", "0.01", "0.001", 1e9),
    ("BNB", "580.00", "0.01", "0.001", "0.010", "0.01", 2e8),
    ("SOL", "150.00", "0.01", "0.001", "0.0100", "0.01", 4e8),
    ("XRP", "0.5200", "0.0001", "0.1", "0.0001", "0.1", 2e8),
    ("DOGE", "0.14000", "0.00001", "1", "0.000010", "1", 3e8),
    ("ADA", "0.4500", "0.0001", "0.1", "0.00010", "1", 1e8),
    ("AVAX", "35.00", "0.01", "0.01", "0.0010", "1", 1e8),
    ("LINK", "15.00", "0.01", "0.01", "0.001", "0.01", 8e7),
    ("DOT", "6.500", "0.001", "0.01", "0.001", "0.1", 6e7),
    ("LTC", "80.00", "0.01", "0.001", "0.01", "0.001", 6e7),
    ("BCH", "420.0", "0.1", "0.001", "0.01", "0.001", 5e7),
    ("UNI", "9.000", "0.001", "0.01", "0.0010", "1", 4e7),
    ("TRX", "0.1200", "0.0001", "0.1", "0.00001", "1", 5e7),
    ("SHIB", "0.00002500", "0.00000001", "1", "0.00000001", "1", 1e8),
)
MAJORS = tuple(
    Coin(base, Decimal(price), Decimal(tick), Decimal(lot), Decimal(other_tick), Decimal(other_lot), turnover)
    for base, price, tick, lot, other_tick, other_lot, turnover in _MAJORS
)


def coins(count: int) -> tuple[Coin, ...]:
    """The majors, then made-up coins up to `count`.

    >>> [coin.base for coin in coins(17)[14:]]
    ['SHIB', 'XAAA', 'XAAB']
    """
    chosen = MAJORS[:count]
    return (*chosen, *(_made_up(number) for number in range(count - len(chosen))))


def _made_up(number: int) -> Coin:
    letters = "".join(chr(ord("A") + number // 26**place % 26) for place in (2, 1, 0))
    draw = int.from_bytes(hashlib.blake2b(letters.encode(), digest_size=4).digest()) / 2**32
    # Five significant digits, between a hundredth and a hundred.
    price = Decimal(repr(float(f"{10 ** (4 * draw - 2):.4e}")))
    tick = Decimal(1).scaleb(price.adjusted() - 4)
    lot = Decimal(1).scaleb(min(-price.adjusted(), 0) if price >= 1 else 0)
    return Coin(f"X{letters}", price.quantize(tick), tick, lot, tick, lot, 1e6)
