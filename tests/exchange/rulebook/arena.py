"""Both ways to trade the same bars by the same plan: the client on an engine, and a backtest."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np

import tradefleet as tf
from tradefleet.exchange.engine.amounts import ZERO, from_float
from tradefleet.exchange.engine.bar_play import PlayedBar
from tradefleet.exchange.engine.bar_rules import slipped_price
from tradefleet.exchange.engine.book import UNLIMITED
from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.ledger import Ledger
from tradefleet.exchange.engine.orders import Side
from tradefleet.exchange.engine.perpetual.engine import PerpetualEngine
from tradefleet.exchange.engine.perpetual.settings import Settings
from tradefleet.exchange.engine.spot import FeeAsset, SpotAccounting
from tradefleet.exchange.engine.symbols import Market, Symbol, make_symbol
from tradefleet.graph import close, volume
from tradefleet.graph.node import Node
from tradefleet.market.bars import Bars
from tradefleet.market.instrument import Instrument
from tradefleet.research.result import Result
from tradefleet.strategies import Signals, Strategy
from tradefleet.trading.account import Account

from .bar_client import ACCOUNT, BarClient, PerpetualDesk, Plan, SpotDesk, Trade

HOUR = 3600 * 10**9
TICK, LOT = Decimal("0.01"), Decimal("0.001")


@dataclass(frozen=True)
class Terms:
    """The account: its market, money, costs."""

    market: Market = Market.SPOT
    leverage: int = 1
    cash: float = 10_000.0
    maker: str = "0.0002"
    taker: str = "0.0005"
    slippage: float = 0.0
    funding: str = "0"
    liquidation_fee: str = "0.0125"
    isolated: bool = True

    @property
    def symbol(self) -> Symbol:
        made = make_symbol("BTC", market=self.market, tick=TICK, lot=LOT, min_notional=Decimal(5))
        return replace(
            made,
            maker=Decimal(self.maker),
            taker=Decimal(self.taker),
            liquidation_fee=Decimal(self.liquidation_fee),
            multiplier_up=Decimal(1000),
            multiplier_down=Decimal("0.001"),
        )

    @property
    def account(self) -> Account:
        given: dict[str, Any] = {}
        if self.market is Market.PERPETUAL:
            brackets = self.symbol.brackets
            tiers = [[float(row.floor), float(row.rate), float(row.amount)] for row in brackets]
            given = {
                "leverage": self.leverage,
                "maintenance_margin": tiers,
                "liquidation_fee": float(self.liquidation_fee),
                "funding": float(self.funding),
            }
        return Account(
            market=self.market.value,
            maker=float(self.maker),
            taker=float(self.taker),
            slippage=self.slippage,
            lot=LOT,
            tick=TICK,
            min_notional=5,
            **given,
        )


def market(seed: int, length: int, codes: np.ndarray[Any, Any] | None = None, wild: float = 1.0) -> Bars:
    """Generated bars; the signals of each close are their volume. `wild` stretches them."""
    made = tf.generate_bars("1h", days=(length + 1) / 24, seed=seed, symbol="BTC/USDT")[:length]
    random = np.random.default_rng(seed)
    if codes is None:
        codes = random.choice(16, length, p=[0.6] + [0.1, 0.04, 0.02, 0.1, 0.02] + [0.12 / 10] * 10)
    columns = [np.round(100.0 * (column / 100.0) ** wild, 2) for column in (made.open, made.high, made.low, made.close)]
    # Gaps between a close and the next open, which generated bars do not have.
    gaps = np.round(random.normal(0.0, 0.4, length) * (random.random(length) < 0.3), 2)
    opened = np.maximum(np.round(columns[0] + gaps, 2), 1.0)
    high, low = np.maximum(columns[1], opened), np.minimum(columns[2], opened)
    return Bars(
        made.time, opened, high, low, columns[3], codes.astype(float), timeframe="1h",
        symbol=Instrument("BTC/USDT", tick=TICK, lot=LOT),
    )  # fmt: skip


def _bit(flag: int) -> Node:
    found = volume == float(flag)
    for code in range(16):
        if code & flag and code != flag:
            found = found | (volume == float(code))
    return found


class Coded(Strategy):
    """Does what the volume says."""

    limit_offset = tf.param(0.0, -1.0, 1.0)
    resting_bars = tf.param(0, 0, 1000)

    def signals(self) -> Signals:
        limits: dict[str, Any] = {}
        if self.limit_offset:
            # One side at a time, so that the price is known without the side.
            sign = -1.0 if self.side == "short" else 1.0
            limits = {"limit": close * (1.0 - sign * self.limit_offset), "expiry": self.resting_bars}
        return Signals(_bit(1), _bit(2), _bit(4), _bit(8), **limits)


def backtest(plan: Plan, terms: Terms, bars: Bars) -> Result:
    """The plan, simulated."""
    strategy = Coded(
        side=plan.side,
        size=f"amount:{plan.money}",
        stop_loss=plan.stop_loss,
        take_profit=plan.take_profit,
        trailing_stop=plan.trailing_stop,
        break_even=plan.break_even,
        max_bars=plan.max_bars,
        limit_offset=plan.limit,
        resting_bars=plan.expiry,
    )
    return tf.backtest(strategy, bars, cash=terms.cash, account=terms.account)


class Arena:
    """An engine, the client on it, and the hand that plays bars."""

    def __init__(self, plan: Plan, terms: Terms) -> None:
        self.terms, self.symbol = terms, terms.symbol
        self.now = 0
        self.events: list[object] = []
        self.ledger = Ledger()
        self.engine = self._perpetual() if terms.market is Market.PERPETUAL else self._spot()
        self.engine.deposit(ACCOUNT, "USDT", Decimal(repr(terms.cash)))
        name = self.symbol.name
        if isinstance(self.engine, PerpetualEngine):
            desk: Any = PerpetualDesk(self.engine, name, terms.leverage)
        else:
            desk = SpotDesk(self.engine, name)
        self.client = BarClient(self.engine, name, desk, plan, HOUR)

    def _spot(self) -> Engine:
        symbols = {self.symbol.name: self.symbol}
        accounting = SpotAccounting(self.ledger, symbols, by_bars=True)
        accounting.set_fee_asset(ACCOUNT, FeeAsset.QUOTE)
        return Engine(Market.SPOT, symbols, accounting, clock=lambda: self.now, emit=self.events.append, by_bars=True)

    def _perpetual(self) -> PerpetualEngine:
        symbols = {self.symbol.name: self.symbol}
        settings = Settings(symbols)
        settings.of(ACCOUNT).leverages[self.symbol.name] = self.terms.leverage
        if self.terms.isolated:
            settings.of(ACCOUNT).isolated.add(self.symbol.name)
        return PerpetualEngine(
            symbols, clock=lambda: self.now, emit=self.events.append, ledger=self.ledger, settings=settings,
            by_bars=True,
        )  # fmt: skip

    def run(self, bars: Bars) -> list[Trade]:
        """Play all bars; gives the client's trades."""
        columns = (bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume)
        for time, *prices, code in zip(*(column.tolist() for column in columns), strict=True):
            opened, high, low, closed = (from_float(price, TICK) for price in prices)
            self.play(PlayedBar(time, opened, high, low, closed, Decimal(1)), int(code))
        return self.client.trades

    def play(self, bar: PlayedBar, code: int = 0) -> None:
        """One bar, from its open to the decision at its close."""
        name = self.symbol.name
        self.now = bar.open_time
        self.price(bar.open)
        if isinstance(self.engine, PerpetualEngine) and bar.open_time % (8 * HOUR) == 0:
            self.engine.pay_funding(name, Decimal(self.terms.funding), bar.open, self.now)
        self.client.at_open(bar.open_time)
        for _ in self.engine.play(name, bar, slippage=self.terms.slippage):
            self.client.inside()
        self.price(bar.close)
        self.client.at_close(float(bar.close), bar.open_time + HOUR, code)

    def price(self, price: Decimal) -> None:
        """The market comes to a price."""
        name, slippage = self.symbol.name, self.terms.slippage
        bid, ask = (slipped_price(price, side, slippage, self.symbol) for side in (Side.SELL, Side.BUY))
        if isinstance(self.engine, PerpetualEngine):
            self.engine.mark(name, price)
        self.engine.quote(name, [(bid, UNLIMITED)], [(ask, UNLIMITED)])
        self.engine.print_trade(name, price, ZERO, False, public=False)

    def equity(self) -> float:
        """Money and what is held, at the last price."""
        last = self.engine.last_price(self.symbol.name) or ZERO
        money = self.ledger.balance(ACCOUNT, "USDT")
        if isinstance(self.engine, PerpetualEngine):
            held = self.engine.perpetual.positions.get(ACCOUNT, self.symbol.name, "BOTH")
            return float(money + held.unrealised(last))
        return float(money + self.ledger.balance(ACCOUNT, "BTC") * last)


def assert_agree(plan: Plan, terms: Terms, bars: Bars) -> int:
    """The same trades and the same money both ways; gives how many trades there were."""
    arena = Arena(plan, terms)
    trades, result = arena.run(bars), backtest(plan, terms, bars)
    rows = result.trades.to_dicts()
    for trade, row in zip(trades, rows, strict=False):
        assert _shown(trade) == _told(row)
        # Where a liquidation happens is no tick.
        price = None if trade.exit_price is None else float(trade.exit_price)
        assert price is None or math.isclose(price, row["exit_price"], rel_tol=1e-9)
        assert abs(float(trade.fees) - row["fees"]) < 1e-6
    assert len(trades) == len(rows)
    expected = result.metrics["final_equity"]
    assert math.isclose(arena.equity(), expected, rel_tol=1e-9)
    return len(trades)


def _shown(trade: Trade) -> tuple[object, ...]:
    return trade.side, trade.entry_time, float(trade.entry_price), trade.exit_time, float(trade.quantity)


def _told(row: dict[str, Any]) -> tuple[object, ...]:
    side = 1 if row["side"] == "long" else -1
    ended = None if row["exit_reason"] == "open" else _nanoseconds(row["exit_time"])
    return side, _nanoseconds(row["entry_time"]), row["entry_price"], ended, row["quantity"]


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 10**9
