"""A tape of perpetuals that says the same things always."""

from __future__ import annotations

from decimal import Decimal

from tradefleet.exchange.replay.prices import AggregateTrade, Candle, DayStatistics, FundingRate, PublicTrade
from tradefleet.market.time import DAY, HOUR, MINUTE, SECOND

D = Decimal

NOW = 1_700_000_000 * SECOND
_OPEN = NOW - NOW % MINUTE - 10 * MINUTE


class FixedTape:
    """Ten minutes of BTCUSDT, oldest first; other symbols have no price."""

    def __init__(self) -> None:
        self.last = D("30000")
        self.rows = [
            Candle(
                time, time + MINUTE - 1_000_000, D(30000 + i), D(30010 + i), D(29990 + i), D(30005 + i),
                D("1.5"), D("45000.123456"), 12, D("0.7"), D("21000.5"),
            )
            for i, time in enumerate(range(_OPEN, NOW + 1, MINUTE))
        ]  # fmt: skip

    def need(self, symbol):
        pass

    def candles(self, symbol, interval, since=None, until=None, limit=500):
        rows = [row for row in self.rows if (since or 0) <= row.open_time <= (until or NOW)]
        return rows[:limit] if since is not None else rows[-limit:]

    def trades(self, symbol, limit=500, from_id=None):
        found = [PublicTrade(i, _OPEN + i, D("30000.1"), D("0.01"), D("300.001"), bool(i % 2)) for i in range(1, 31)]
        return found[-limit:] if from_id is None else [trade for trade in found if trade.id >= from_id][:limit]

    def aggregate_trades(self, symbol, limit=500, from_id=None, since=None, until=None):
        found = [AggregateTrade(i, _OPEN + i, D("30000.1"), D("0.01"), i, i, True) for i in range(1, 31)]
        return [trade for trade in found if trade.id >= (from_id or 0)][-limit:]

    def day(self, symbol):
        if symbol != "BTCUSDT":
            return None
        return DayStatistics(
            NOW - DAY, NOW, D("29000"), D("30500"), D("28000"), self.last, D("0.01"), D("29000"), D("1000.5"),
            D("29500000.75"), D("29485.26"), 1, 30, 30,
        )  # fmt: skip

    def last_price(self, symbol):
        return self.last if symbol == "BTCUSDT" else None

    def mark_price(self, symbol):
        return self.last_price(symbol)

    def funding_rates(self, symbol, since=None, limit=100):
        times = [NOW - NOW % (8 * HOUR) - i * 8 * HOUR for i in range(5, -1, -1)]
        times = [time for time in times if time >= (since or 0)]
        return [FundingRate(time, D("0.0001"), D("29900.5")) for time in times][-limit:]

    def next_funding(self, symbol):
        return NOW - NOW % (8 * HOUR) + 8 * HOUR, D("0.0001")
