"""Funding and swaps, when they fall due."""

from __future__ import annotations

from tradefleet.simulation.rules.carry import Carry, carry_payment
from tradefleet.simulation.state import Leg, Wallet, with_amounts


def settle(wallet: Wallet, leg: Leg, carry: Carry, before: int, price: float) -> tuple[Wallet, Leg]:
    """The wallet and the leg after all that fell due before a time, at a price."""
    held, paid, row = leg.position, 0.0, leg.carried
    while carry.time[row] < before:
        if held.side != 0.0:
            rates = carry.rate[row], carry.long[row], carry.short[row]
            paid += carry_payment(held.side, held.quantity, price, rates[0], rates[1], rates[2]) * leg.rate
        row += 1
    if held.side != 0.0:
        held = with_amounts(
            held, held.quantity, held.fees, held.carry + paid, held.margin, held.cost, held.part, held.parts
        )
    wallet = Wallet(wallet.balance - paid, wallet.locked, wallet.reserved)
    return wallet, Leg(
        held, leg.leave, leg.entry, leg.last_exit, leg.record, leg.realised - paid,
        leg.rate, leg.last_range, leg.last_volume, row, leg.bar,
    )  # fmt: skip
