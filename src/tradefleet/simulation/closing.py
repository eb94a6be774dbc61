"""From an exit to money: the position, or a part of it, is gone, and a row of the journal says how."""

from __future__ import annotations

from tradefleet.simulation.columns import ROWS, Journal
from tradefleet.simulation.exits import Exit
from tradefleet.simulation.rules.scale_out import part_level
from tradefleet.simulation.rules.sizing import record_after
from tradefleet.simulation.state import Leg, Market, Policy, Wallet, flat, with_amounts


def gross_profit(amount: float, price: float, entry_price: float, rate: float) -> float:
    """What a signed quantity has won, before fees, in the account's currency."""
    return amount * (price - entry_price) * rate


def leave(
    wallet: Wallet, leg: Leg, number: int, found: Exit, time: int, market: Market, policy: Policy, journal: Journal
) -> tuple[Wallet, Leg]:
    """The wallet and the leg after an exit; `number` is the leg's."""
    held = leg.position
    whole = found.quantity >= held.quantity
    share = 1.0 if whole else found.quantity / held.quantity
    fee = found.fee * leg.rate
    fees, carry, margin, cost = held.fees * share, held.carry * share, held.margin * share, held.cost * share
    gross = gross_profit(held.side * found.quantity, found.price, held.entry_price, leg.rate)
    profit = gross - (fees + fee) - carry
    record = leg.record
    if found.quantity > 0.0:
        row = journal.used[ROWS]
        numbers, marks = journal.trade_numbers, journal.trade_marks
        numbers[row, 0], numbers[row, 1], numbers[row, 2] = held.entry_price, found.price, found.quantity
        numbers[row, 3], numbers[row, 4], numbers[row, 5], numbers[row, 6] = fees + fee, carry, profit, cost
        marks[row, 0], marks[row, 1], marks[row, 2], marks[row, 3] = number, held.number, int(held.side), found.reason
        marks[row, 4], marks[row, 5], marks[row, 6], marks[row, 7] = held.entry_bar, leg.bar, held.entry_time, time
        journal.used[ROWS] = row + 1
        record = record_after(record, profit / cost)
    wallet = Wallet(wallet.balance + gross - fee, wallet.locked - margin, wallet.reserved)
    if whole:
        position, last_exit = flat(), time
    else:
        parts, last_exit = held.parts + 1, leg.last_exit
        part = part_level(parts, held.side, held.entry_price, policy.scale_out, market.tick)
        position = with_amounts(
            held, held.quantity - found.quantity, held.fees - fees, held.carry - carry, held.margin - margin,
            held.cost - cost, part, parts,
        )  # fmt: skip
    return wallet, Leg(
        position, leg.leave, leg.entry, last_exit, record, leg.realised + gross - fee,
        leg.rate, leg.last_range, leg.last_volume, leg.carried, leg.bar,
    )  # fmt: skip
