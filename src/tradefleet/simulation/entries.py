"""From a decision at a close to an order, and from an order to a position."""

from __future__ import annotations

import math

from tradefleet.simulation.columns import POSITIONS, DecisionColumns, Integers, Journal, at
from tradefleet.simulation.rules.aging import aged_fraction
from tradefleet.simulation.rules.fees import fee_of
from tradefleet.simulation.rules.liquidation import liquidation_level
from tradefleet.simulation.rules.margin import initial_margin
from tradefleet.simulation.rules.market_order import slipped
from tradefleet.simulation.rules.scale_out import part_level
from tradefleet.simulation.rules.sizing import (
    AMOUNT,
    KELLY,
    RISK,
    VOLATILITY,
    kelly_fraction,
    tradable,
    volatility_money,
)
from tradefleet.simulation.rules.slippage import slippage_of
from tradefleet.simulation.rules.steps import nearest_step
from tradefleet.simulation.rules.stop_loss import stop_level
from tradefleet.simulation.rules.take_profit import target_level
from tradefleet.simulation.rules.trailing_stop import better
from tradefleet.simulation.state import (
    BELOW_MINIMUM,
    CUT_TO_CASH,
    CUT_TO_EXPOSURE,
    INVALID_LEVELS,
    NEVER,
    NOT_AFFORDABLE,
    Entry,
    Leg,
    Market,
    Policy,
    Position,
    Wallet,
    no_entry,
    with_orders,
    with_position,
)

# A smaller part than this of the quantity is a cut; less is the rounding of an entry of all the cash.
_CUT = 1.0 - 1e-12
# A cut to less than this part of what was wanted leaves nothing worth a trade.
_DUST = 1e-9


def free_cash(wallet: Wallet) -> float:
    """What an entry may cost."""
    return wallet.balance - wallet.locked - wallet.reserved


def unit_cost(price: float, rate: float, fee_rate: float, market: Market) -> float:
    """What a unit costs at an entry, in the account's currency: its margin and its fee."""
    return (price * (1.0 / market.margin.leverage + fee_rate) + market.fees.commission) * rate


def order_for(
    wallet: Wallet,
    leg: Leg,
    side: float,
    decisions: DecisionColumns,
    index: int,
    equity: float,
    close: float,
    close_time: int,
    room: float,
    market: Market,
    policy: Policy,
    counts: Integers,
) -> Entry:
    """The order that a decision makes: quantity, fractions and limit are fixed here, at the close.

    `room` is the notional that exposure limits leave, in the account's currency.
    """
    stop = at(decisions.stop_loss, index)
    target = at(decisions.take_profit, index)
    trail = at(decisions.trailing_stop, index)
    break_even = at(decisions.break_even, index)
    max_bars = at(decisions.max_bars, index)
    size = at(decisions.size, index)
    limit = nearest_step(at(decisions.limit, index), market.tick) if policy.limit_entries else close
    valid = valid_levels(side, stop, target, trail, break_even) and max_bars >= 0.0 and size >= 0.0
    if not (valid and limit > 0.0):
        counts[INVALID_LEVELS] += 1
        return no_entry()
    money = wanted_money(policy, size, equity, stop, leg, market)
    wanted = money / (close * leg.rate)
    cut = wanted * close * leg.rate * _CUT > room
    quantity = tradable(room / (close * leg.rate) if cut else wanted, close, market.lots)
    if cut:
        counts[CUT_TO_EXPOSURE] += 1
    if quantity == 0.0:
        counts[BELOW_MINIMUM] += 1
        return no_entry()
    priority = at(decisions.priority, index)
    priority = priority if priority - priority == 0.0 else -math.inf
    if not policy.limit_entries:
        return Entry(side, quantity, stop, target, trail, break_even, max_bars, priority, 0.0, 0.0, 0)
    cost = quantity * unit_cost(limit, leg.rate, market.fees.maker, market)
    reserved = min(cost, max(free_cash(wallet), 0.0))
    bars = at(decisions.expiry, index)
    until = close_time + int(bars * market.timeframe) if bars > 0.0 else NEVER
    return Entry(side, quantity, stop, target, trail, break_even, max_bars, priority, limit, reserved, until)


def valid_levels(side: float, stop: float, target: float, trail: float, break_even: float) -> bool:
    """Whether an entry with these fractions makes sense; NaN does not."""
    given = stop >= 0.0 and target >= 0.0 and trail >= 0.0 and break_even >= 0.0
    # No price reaches a level at zero or below: 2 was meant as 2 %.
    reachable = stop < 1.0 and trail < 1.0 if side > 0.0 else target < 1.0
    return given and reachable


def wanted_money(policy: Policy, size: float, equity: float, stop: float, leg: Leg, market: Market) -> float:
    """What an entry is meant to buy or sell for, in the account's currency."""
    sizing = policy.sizing
    if sizing.kind == AMOUNT:
        return size
    if sizing.kind == RISK:
        return size * equity / stop if stop > 0.0 else 0.0
    if sizing.kind == VOLATILITY:
        return volatility_money(sizing.multiple, equity, size, market.bars_per_year, sizing.most)
    if sizing.kind == KELLY:
        return equity * kelly_fraction(leg.record, sizing.multiple, sizing.cap, sizing.least_trades, sizing.floor)
    return size * equity


def released(wallet: Wallet, entry: Entry) -> Wallet:
    """The wallet without what the order had reserved."""
    return Wallet(wallet.balance, wallet.locked, wallet.reserved - entry.reserved)


def affordable(quantity: float, unit: float, free: float, price: float, market: Market) -> float:
    """What the free cash pays of an order; 0.0 where next to nothing is left of it."""
    paid = quantity
    if quantity * unit > free:
        paid = tradable(max(free, 0.0) / unit, price, market.lots)
    return 0.0 if paid < quantity * _DUST else paid


def enter_at_market(
    wallet: Wallet, leg: Leg, open_price: float, time: int, market: Market, policy: Policy, journal: Journal
) -> tuple[Wallet, Leg]:
    """The wallet and the leg after its market entry has filled at the open."""
    entry = leg.entry
    distance = slippage_of(open_price, entry.quantity, leg.last_range, leg.last_volume, market.slippage)
    price = slipped(open_price, entry.side, distance, market.tick)
    return enter(wallet, leg, price, market.fees.taker, time, leg.bar, market, policy, journal)


def enter(
    wallet: Wallet,
    leg: Leg,
    price: float,
    fee_rate: float,
    time: int,
    target_from: int,
    market: Market,
    policy: Policy,
    journal: Journal,
) -> tuple[Wallet, Leg]:
    """The wallet and the leg after the entry has filled at a price; unchanged but for the order where it cannot."""
    entry, held = leg.entry, leg.position
    wallet, leg = released(wallet, entry), with_orders(leg, leg.leave, no_entry())
    unit = unit_cost(price, leg.rate, fee_rate, market)
    quantity = affordable(entry.quantity, unit, free_cash(wallet), price, market)
    if quantity == 0.0:
        journal.counts[NOT_AFFORDABLE] += 1
        return wallet, leg
    side, total = entry.side, held.quantity + quantity
    average = price if held.quantity == 0.0 else (held.quantity * held.entry_price + quantity * price) / total
    liquidation = liquidation_level(side, total, average, initial_margin(total, average, market.margin), market.margin)
    if liquidation >= price if side > 0.0 else liquidation <= price:
        journal.counts[INVALID_LEVELS] += 1
        return wallet, leg
    if quantity < entry.quantity * _CUT:
        journal.counts[CUT_TO_CASH] += 1
    fee = fee_of(quantity, price, fee_rate, market.fees) * leg.rate
    cost = quantity * price * leg.rate
    margin = initial_margin(quantity, price, market.margin) * leg.rate
    wallet = Wallet(wallet.balance - fee, wallet.locked + margin, wallet.reserved)
    stop = stop_level(side, average, entry.stop_loss, market.tick)
    fraction = entry.take_profit
    if len(policy.aging) > 0:
        fraction = aged_fraction(policy.aging, time - held.entry_time if held.quantity > 0.0 else 0, market.timeframe)
    target = target_level(side, average, fraction, market.tick)
    part = part_level(held.parts, side, average, policy.scale_out, market.tick)
    if held.quantity == 0.0:
        number = journal.used[POSITIONS]
        journal.used[POSITIONS] = number + 1
        position = Position(
            side, quantity, quantity, average, fee, 0.0, margin, cost, liquidation, stop, -side * math.inf, target,
            part, entry.trailing_stop, -side * math.inf, entry.break_even, entry.max_bars, False, 0, 0, number,
            leg.bar, target_from, time,
        )  # fmt: skip
    else:
        # The trailing level stays where it is nearer than the new stop.
        trails = better(side, held.trailed, stop) != stop
        position = Position(
            side, total, held.first_quantity + quantity, average, held.fees + fee, held.carry,
            held.margin + margin, held.cost + cost, liquidation,
            held.trailed if trails else stop, held.trailed, target, part,
            entry.trailing_stop, held.best_close, entry.break_even, held.max_bars, trails, held.parts,
            held.adds + 1, held.number, held.entry_bar, max(held.target_from, target_from), held.entry_time,
        )  # fmt: skip
    leg = with_position(leg, position)
    return wallet, with_realised(leg, -fee)


def with_realised(leg: Leg, money: float) -> Leg:
    """The leg, having brought so much more."""
    return Leg(
        leg.position, leg.leave, leg.entry, leg.last_exit, leg.record, leg.realised + money,
        leg.rate, leg.last_range, leg.last_volume, leg.carried, leg.bar,
    )  # fmt: skip
