"""The spot market's accounting: assets change hands, orders lock what they would pay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_DOWN, Context, Decimal
from enum import StrEnum

from tradefleet.exchange.engine.accounting import AccountChange, Balances
from tradefleet.exchange.engine.amounts import ONE, ZERO, floor_to
from tradefleet.exchange.engine.fees import cut, fee_rate, raised
from tradefleet.exchange.engine.ledger import FEES, HOUSE, OUTSIDE, Entry, Ledger
from tradefleet.exchange.engine.orders import Execution, Fill, Order, Side, TimeInForce
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol

_DOWN = Context(prec=60, rounding=ROUND_DOWN)


class FeeAsset(StrEnum):
    """What an account pays fees in: what it received, or quote currency on top of what it pays."""

    RECEIVED = "received"
    QUOTE = "quote"


class SpotAccounting:
    """Balances of spot accounts: a buy locks quote currency, a sell locks base currency.

    Notionals and fees are cut off at 8 digits, reservations raised to 8: no fill costs more than was locked.
    `by_bars`: limit orders pay the maker's fee whatever they meet, and reserve it. Fees are taken in `fee_asset` from
    accounts that nothing else is set for.
    """

    def __init__(
        self,
        ledger: Ledger,
        symbols: Mapping[str, Symbol],
        *,
        by_bars: bool = False,
        fee_asset: FeeAsset = FeeAsset.RECEIVED,
    ) -> None:
        self.ledger = ledger
        self._symbols = dict(symbols)
        self._by_bars = by_bars
        self._locked: dict[tuple[str, str], Decimal] = {}
        self._usual_fee_asset = fee_asset
        self._fee_assets: dict[str, FeeAsset] = {}
        self._changes: dict[str, dict[str, Decimal]] = {}

    def set_fee_asset(self, account: str, fee_asset: FeeAsset | str) -> None:
        """From the next order on, take an account's fees in this asset."""
        self._fee_assets[account] = FeeAsset(fee_asset)

    def fee_asset(self, account: str) -> FeeAsset:
        """What an account's fees are taken in."""
        return self._fee_assets.get(account, self._usual_fee_asset)

    def replace_symbol(self, symbol: Symbol) -> None:
        """Use another version of a symbol from now on."""
        self._symbols[symbol.name] = symbol

    def admit(self, order: Order, price: Decimal) -> None:
        """Lock what the order would pay, or refuse it."""
        symbol = self._symbols[order.request.symbol]
        if order.side is Side.SELL:
            asset, amount = symbol.base, order.left
        else:
            asset, amount = symbol.quote, self._cost(order, order.left, price, self._reserved_rate(order, symbol))
        if amount > self._free(order.account, asset):
            raise Reject(-2010, "Account has insufficient balance for requested action.")
        order.reserved_asset = asset
        self._reserve(order, amount)

    def release(self, order: Order) -> None:
        """Unlock the rest."""
        if order.reserved:
            self._reserve(order, ZERO)

    def fillable(self, order: Order, price: Decimal, quantity: Decimal) -> Decimal:
        """What the reservation and the free balance pay for, in whole lots."""
        symbol = self._symbols[order.request.symbol]
        if order.side is Side.SELL:
            if quantity <= order.reserved:
                return quantity
            return min(quantity, order.reserved + self._free(order.account, symbol.base))
        rate = self._reserved_rate(order, symbol)
        cost = self._cost(order, quantity, price, rate)
        if cost <= order.reserved:
            return quantity
        paid = order.reserved + self._free(order.account, symbol.quote)
        if cost <= paid:
            return quantity
        return floor_to(_DOWN.divide(paid, _DOWN.multiply(price, self._with_fee(order, rate))), symbol.lot)

    def settle(self, order: Order, price: Decimal, quantity: Decimal, maker: bool, trade_id: int, time: int) -> Fill:
        """Exchange base and quote currency with the house and pay the fee."""
        symbol = self._symbols[order.request.symbol]
        quote = cut(price, quantity)
        rate = fee_rate(symbol, maker)
        in_base = order.side is Side.BUY and self.fee_asset(order.account) is FeeAsset.RECEIVED
        fee_asset, fee = (symbol.base, cut(quantity, rate)) if in_base else (symbol.quote, cut(quote, rate))
        base_moved, quote_moved = (quantity, -quote) if order.side is Side.BUY else (-quantity, quote)
        entries = [Entry(HOUSE, symbol.base, -base_moved), Entry(HOUSE, symbol.quote, -quote_moved)]
        if fee:
            entries.append(Entry(FEES, fee_asset, fee))
        if in_base:
            base_moved -= fee
        else:
            quote_moved -= fee
        entries.append(Entry(order.account, symbol.base, base_moved))
        entries.append(Entry(order.account, symbol.quote, quote_moved))
        self.ledger.post(time, "TRADE", f"{symbol.name}:{trade_id}", entries)
        self._changed(order.account, symbol.base, base_moved)
        self._changed(order.account, symbol.quote, quote_moved)
        self._use_up(order, symbol, quantity, -quote_moved)
        return Fill(
            trade_id,
            order.id,
            order.account,
            symbol.name,
            order.side,
            order.request.position_side,
            price,
            quantity,
            quote,
            fee,
            fee_asset,
            maker,
            time,
        )

    def reduces(self, order: Order) -> bool:
        """Whether it sells."""
        return order.side is Side.SELL

    def balances(self, account: str) -> Balances:
        """Asset -> (free, locked)."""
        return {asset: self._balance(account, asset) for asset in self.ledger.assets(account)}

    def move(self, account: str, asset: str, amount: Decimal, time: int, kind: str) -> None:
        """Bring money in, or take free money out."""
        if amount < ZERO and -amount > self._free(account, asset):
            raise Reject(-4026, "User has insufficient balance")
        self.ledger.post(time, kind, account, [Entry(OUTSIDE, asset, -amount), Entry(account, asset, amount)])
        self._changed(account, asset, amount)

    def take_changes(self) -> Iterable[AccountChange]:
        """What moved since the last call."""
        if not self._changes:
            return ()
        changes, self._changes = self._changes, {}
        return [
            AccountChange(account, {asset: self._balance(account, asset) for asset in moved}, moved)
            for account, moved in changes.items()
        ]

    def _use_up(self, order: Order, symbol: Symbol, quantity: Decimal, paid: Decimal) -> None:
        if not order.reserved:
            return
        if order.side is Side.SELL:
            self._reserve(order, max(ZERO, order.reserved - quantity))
            return
        left, limit = max(ZERO, order.reserved - paid), order.request.limit_price
        if limit is not None:
            rate = self._reserved_rate(order, symbol)
            left = min(left, self._cost(order, order.left - quantity, limit, rate))
        self._reserve(order, left)

    def _cost(self, order: Order, quantity: Decimal, price: Decimal, rate: Decimal) -> Decimal:
        return raised(quantity, _DOWN.multiply(price, self._with_fee(order, rate)))

    def _with_fee(self, order: Order, rate: Decimal) -> Decimal:
        return ONE + rate if self.fee_asset(order.account) is FeeAsset.QUOTE else ONE

    def _reserved_rate(self, order: Order, symbol: Symbol) -> Decimal:
        """The highest rate that an order may come to pay."""
        request = order.request
        if request.execution is Execution.MARKET or request.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
            return symbol.taker
        if request.post_only or self._by_bars:
            return symbol.maker
        return max(symbol.maker, symbol.taker)

    def _free(self, account: str, asset: str) -> Decimal:
        return self.ledger.balance(account, asset) - self._locked.get((account, asset), ZERO)

    def _balance(self, account: str, asset: str) -> tuple[Decimal, Decimal]:
        locked = self._locked.get((account, asset), ZERO)
        return self.ledger.balance(account, asset) - locked, locked

    def _reserve(self, order: Order, amount: Decimal) -> None:
        where = (order.account, order.reserved_asset)
        self._locked[where] = self._locked.get(where, ZERO) + amount - order.reserved
        order.reserved = amount
        self._changed(order.account, order.reserved_asset, ZERO)

    def _changed(self, account: str, asset: str, amount: Decimal) -> None:
        moved = self._changes.get(account)
        if moved is None:
            moved = self._changes[account] = {}
        moved[asset] = moved.get(asset, ZERO) + amount
