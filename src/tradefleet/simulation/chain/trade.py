"""The money of one trade: what an entry costs and what an exit brings, by the rules of entries and exits."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.simulation.chain.keys import AT_OPEN, by_stop
from tradefleet.simulation.closing import gross_profit
from tradefleet.simulation.entries import affordable, unit_cost, wanted_money
from tradefleet.simulation.rules.fees import fee_of
from tradefleet.simulation.rules.market_order import slipped
from tradefleet.simulation.rules.sizing import tradable
from tradefleet.simulation.rules.slippage import slippage_of
from tradefleet.simulation.rules.stop_loss import stop_price
from tradefleet.simulation.state import Leg, Market, Policy


class Fill(NamedTuple):
    """A filled order: quantity, price and fee, in the account's currency; a quantity of 0.0 is none."""

    quantity: float
    price: float
    fee: float


class Gain(NamedTuple):
    """What a trade has brought: the balance after it, its profit and fees, and its profit per cost."""

    balance: float
    profit: float
    fees: float
    ratio: float


def ordered(leg: Leg, equity: float, close: float, size: float, stop: float, market: Market, policy: Policy) -> float:
    """The quantity that a decision asks for, fixed at its close; 0.0 where it is below the minimum."""
    money = wanted_money(policy, size, equity, stop, leg, market)
    return tradable(money / (close * leg.rate), close, market.lots)


def entry_price(leg: Leg, side: float, quantity: float, open_price: float, market: Market) -> float:
    """What an entry of so much pays at the open."""
    distance = slippage_of(open_price, quantity, leg.last_range, leg.last_volume, market.slippage)
    return slipped(open_price, side, distance, market.tick)


def filled(leg: Leg, quantity: float, price: float, balance: float, market: Market) -> Fill:
    """The entry of a quantity at a price, as far as the balance pays for it."""
    unit = unit_cost(price, leg.rate, market.fees.taker, market)
    paid = affordable(quantity, unit, balance, price, market)
    return Fill(paid, price, fee_of(paid, price, market.fees.taker, market.fees) * leg.rate)


def exit_of(leg: Leg, side: float, quantity: float, open_price: float, rank: int, level: float, market: Market) -> Fill:
    """The way out of a rank, whose level this is, in a bar that opens at a price."""
    if rank == AT_OPEN or by_stop(rank):
        price = open_price if rank == AT_OPEN else stop_price(side, open_price, level)
        distance = slippage_of(price, quantity, leg.last_range, leg.last_volume, market.slippage)
        price = slipped(price, -side, distance, market.tick)
        return Fill(quantity, price, fee_of(quantity, price, market.fees.taker, market.fees) * leg.rate)
    price = max(open_price, level) if side > 0.0 else min(open_price, level)
    return Fill(quantity, price, fee_of(quantity, price, market.fees.maker, market.fees) * leg.rate)


def gain_of(balance: float, side: float, entry: Fill, left: Fill, rate: float) -> Gain:
    """What leaving brings; `balance` is after the entry's fee."""
    gross = gross_profit(side * left.quantity, left.price, entry.price, rate)
    fees = entry.fee + left.fee
    profit = gross - fees
    return Gain(balance + gross - left.fee, profit, fees, profit / (entry.quantity * entry.price * rate))
