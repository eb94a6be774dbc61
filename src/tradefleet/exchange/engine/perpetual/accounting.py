"""What a perpetual order may do, and how its fills are booked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

from tradefleet.exchange.engine.accounting import AccountChange, Balances
from tradefleet.exchange.engine.amounts import ZERO, divided, multiplied, truncated
from tradefleet.exchange.engine.events import PositionState
from tradefleet.exchange.engine.ledger import FEES, HOUSE, INSURANCE, OUTSIDE, Entry, Ledger
from tradefleet.exchange.engine.orders import Fill, Order
from tradefleet.exchange.engine.perpetual.admission import Admission
from tradefleet.exchange.engine.perpetual.changes import Changes
from tradefleet.exchange.engine.perpetual.exposure import Exposure
from tradefleet.exchange.engine.perpetual.income import IncomeKind, Incomes
from tradefleet.exchange.engine.perpetual.margin import Margins
from tradefleet.exchange.engine.perpetual.positions import Position, Positions
from tradefleet.exchange.engine.perpetual.settings import Settings
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol


class PerpetualAccounting:
    """The accounting of a market of perpetuals.

    Money is booked when it is realised: profits against the house, fees against the fees, in quote currency. What is
    unrealised is worked out at the mark price. Orders lock nothing; they count against what is available.
    """

    def __init__(
        self,
        ledger: Ledger,
        symbols: Mapping[str, Symbol],
        settings: Settings,
        mark: Callable[[str], Decimal | None],
        *,
        keep: int = 100_000,
    ) -> None:
        self.ledger = ledger
        # One table for everybody, so that a symbol is replaced once.
        self.symbols = settings.symbols
        self.symbols.update(symbols)
        self.settings = settings
        self.positions = Positions()
        self.exposure = Exposure()
        self.incomes = Incomes(keep)
        self.margins = Margins(ledger, self.symbols, settings, self.positions, self.exposure, mark)
        self.mark = mark
        self._admission = Admission(self.symbols, settings, self.positions, self.exposure, self.margins, mark)
        self._changes = Changes()
        self._left_over: Decimal | None = None

    def admit(self, order: Order, price: Decimal) -> None:
        """Let an order in; raises Reject for one that the account's mode, positions or margin do not allow.

        A reduce-only order above its position is cut to it.
        """
        self._admission.admit(order, price)

    def release(self, order: Order) -> None:
        """Let an ended order count for nothing any more."""
        self.exposure.drop(order)

    def reduces(self, order: Order) -> bool:
        """Whether an order is against the account's position."""
        position_side = order.request.position_side
        return self.positions.amount(order.account, order.symbol, position_side) * order.side.sign < 0

    def fillable(self, order: Order, price: Decimal, quantity: Decimal) -> Decimal:
        """How much of an order may fill: what only reduces, no more than there is to reduce."""
        if not self._admission.only_reduces(order):
            return quantity
        return min(quantity, self._admission.closable(order))

    def excess(self, account: str, symbol: str) -> list[tuple[Order, Decimal]]:
        """Open orders that only reduce and are more than is left to reduce, with what is left."""
        found = []
        for order in self.exposure.reducing(account, symbol):
            closable = self._admission.closable(order)
            if order.open and order.left > closable:
                found.append((order, closable))
        return found

    def settle(self, order: Order, price: Decimal, quantity: Decimal, maker: bool, trade_id: int, time: int) -> Fill:
        """Book a fill: position, profit and fee."""
        symbol = self.symbols[order.symbol]
        self.exposure.shrink(order, max(self.exposure.counted(order) - quantity, ZERO))
        quote = multiplied(price, quantity)
        profit = self.apply(order, price, quantity, time)
        reference = f"{order.symbol} {trade_id}"
        self.book(time, order.account, symbol, IncomeKind.REALIZED_PNL, profit, HOUSE, trade_id, reference)
        left = self._left_over
        if left is None:
            fee = multiplied(quote, symbol.maker if maker else symbol.taker)
            self.book(time, order.account, symbol, IncomeKind.COMMISSION, -fee, FEES, trade_id, reference)
        else:
            fee = max(min(multiplied(quote, symbol.liquidation_fee), truncated(left)), ZERO)
            self.book(time, order.account, symbol, IncomeKind.INSURANCE_CLEAR, -fee, INSURANCE, trade_id, reference)
        self.positions.get(order.account, order.symbol, order.request.position_side).net -= fee
        return Fill(
            trade_id=trade_id,
            order_id=order.id,
            account=order.account,
            symbol=order.symbol,
            side=order.side,
            position_side=order.request.position_side,
            price=price,
            quantity=quantity,
            quote=quote,
            fee=fee,
            fee_asset=symbol.quote,
            maker=maker,
            time=time,
            realised=profit,
        )

    @contextmanager
    def taking_over(self, left: Decimal) -> Iterator[None]:
        """Within, fills are liquidations: their fee goes to the insurance fund, and is at most what is `left`."""
        self._left_over = left
        try:
            yield
        finally:
            self._left_over = None

    def apply(self, order: Order, price: Decimal, quantity: Decimal, time: int) -> Decimal:
        """Change the position by a fill: first what it takes from it, then what it adds; returns the profit."""
        position = self.positions.get(order.account, order.symbol, order.request.position_side)
        sign, profit = order.side.sign, ZERO
        quote = multiplied(price, quantity)
        closing = min(quantity, abs(position.amount)) if position.amount * sign < 0 else ZERO
        if closing:
            part = quote if closing == quantity else multiplied(price, closing)
            position.isolated_wallet -= position.share(closing)
            profit = position.close(sign * closing, sign * part)
            quantity, quote = quantity - closing, quote - part
        if quantity:
            position.open(sign * quantity, sign * quote)
            if self.settings.isolated(order.account, order.symbol):
                leverage = self.settings.leverage(order.account, order.symbol)
                position.isolated_wallet += divided(quote, Decimal(leverage))
        position.updated = time
        self.touch(position)
        return profit

    def book(
        self,
        time: int,
        account: str,
        symbol: Symbol,
        kind: IncomeKind,
        amount: Decimal,
        counterpart: str,
        trade_id: int = 0,
        reference: str = "",
    ) -> None:
        """Book money of a symbol's quote currency from a counterpart to an account (back, if negative)."""
        if not amount:
            return
        entries = (Entry(account, symbol.quote, amount), Entry(counterpart, symbol.quote, -amount))
        self.ledger.post(time, kind.value, reference or symbol.name, entries)
        self.incomes.add(time, account, symbol.name, kind, amount, symbol.quote, trade_id)
        self._changes.money(account, symbol.quote, amount)

    def balances(self, account: str) -> Balances:
        """Asset -> (cross wallet, isolated wallets); together they are the wallet balance."""
        return self._balances(account, self.ledger.assets(account))

    def move(self, account: str, asset: str, amount: Decimal, time: int, kind: str) -> None:
        """Bring money into the cross wallet, or take out what no position and no order needs."""
        if amount < 0 and -amount > self.margins.of(account, asset).withdrawable:
            raise Reject(-4050, "Cross balance insufficient.")
        self.ledger.post(time, kind, "", (Entry(account, asset, amount), Entry(OUTSIDE, asset, -amount)))
        self.incomes.add(time, account, "", IncomeKind.TRANSFER, amount, asset)
        self._changes.money(account, asset, amount)

    def take_changes(self) -> Iterable[AccountChange]:
        """What has changed since the last call; no asset is left out in which a position has."""
        changes, self._changes = self._changes, Changes()
        return [self._change(account, *changed) for account, changed in changes.accounts.items()]

    def replace_symbol(self, symbol: Symbol) -> None:
        """Use another version of a symbol from now on."""
        self.symbols[symbol.name] = symbol

    def touch(self, position: Position) -> None:
        """Note that a position has changed."""
        self._changes.position(position, self.symbols[position.symbol].quote)

    def state(self, position: Position) -> PositionState:
        """A position as it stands."""
        account, symbol = position.account, self.symbols[position.symbol]
        return PositionState(
            symbol=symbol.name,
            position_side=position.side,
            amount=position.amount,
            entry_price=position.entry_price,
            break_even_price=position.break_even_price,
            realised=position.realised,
            unrealised=self.margins.unrealised(position),
            isolated=self.settings.isolated(account, symbol.name),
            isolated_wallet=position.isolated_wallet,
            margin_asset=symbol.quote,
            leverage=self.settings.leverage(account, symbol.name),
        )

    def _change(
        self, account: str, moved: dict[str, Decimal], positions: dict[tuple[str, str], Position]
    ) -> AccountChange:
        states = tuple(self.state(position) for position in positions.values())
        return AccountChange(account, self._balances(account, moved), moved, states)

    def _balances(self, account: str, assets: Iterable[str]) -> Balances:
        isolated: dict[str, Decimal] = {}
        for position in self.positions.held(account):
            if position.isolated_wallet:
                asset = self.symbols[position.symbol].quote
                isolated[asset] = isolated.get(asset, ZERO) + position.isolated_wallet
        return {asset: self._split(account, asset, isolated.get(asset, ZERO)) for asset in assets}

    def _split(self, account: str, asset: str, isolated: Decimal) -> tuple[Decimal, Decimal]:
        return self.ledger.balance(account, asset) - isolated, isolated
