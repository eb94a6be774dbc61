"""Funding and swaps, when they fall due."""

from __future__ import annotations

from tradefleet.simulation.rules.carry import Carry, carry_payment
from tradefleet.simulation.state import Leg, Position, Wallet


def next_due(leg: Leg, carry: Carry) -> int:
    """When the next funding or swap of a leg falls due; the last time of a carry is NEVER."""
    return carry.time[leg.carried]  # type: ignore[no-any-return]


def settle(wallet: Wallet, leg: Leg, carry: Carry, before: int, price: float) -> tuple[Wallet, Leg]:
    """The wallet and the leg after all that fell due before a time, at a price."""
    held, paid, row = leg.position, 0.0, leg.carried
    while carry.time[row] < before:
        if held.side != 0.0:
            rates = carry.rate[row], carry.long[row], carry.short[row]
            paid += carry_payment(held.side, held.quantity, price, rates[0], rates[1], rates[2]) * leg.rate
        row += 1
    if held.side != 0.0:
        held = _with_carry(held, held.carry + paid)
    wallet = Wallet(wallet.balance - paid, wallet.locked, wallet.reserved)
    return wallet, Leg(
        held, leg.leave, leg.entry, leg.last_exit, leg.record, leg.realised - paid,
        leg.rate, leg.last_range, leg.last_volume, row, leg.bar,
    )  # fmt: skip


def _with_carry(held: Position, carry: float) -> Position:
    return Position(
        held.side, held.quantity, held.first_quantity, held.entry_price, held.fees, carry, held.margin, held.cost,
        held.liquidation, held.stop, held.trailed, held.target, held.part, held.trail, held.best_close, held.break_even,
        held.max_bars, held.trailing, held.parts, held.adds, held.number, held.entry_bar, held.target_from,
        held.entry_time,
    )  # fmt: skip
