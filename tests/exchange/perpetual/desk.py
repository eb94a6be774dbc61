"""A perpetual market without a book: orders are let in and filled by hand."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

from tradefleet.exchange.engine.ledger import Ledger
from tradefleet.exchange.engine.orders import Execution, Fill, Order, OrderRequest, OrderStatus, Side
from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.perpetual.settings import Settings
from tradefleet.exchange.engine.symbols import Market, make_symbol

BTC = make_symbol("BTC", market=Market.PERPETUAL, tick=Decimal("0.1"), lot=Decimal("0.001"))
ETH = make_symbol("ETH", market=Market.PERPETUAL, tick=Decimal("0.01"), lot=Decimal("0.01"))
D = Decimal


class Desk:
    """An accounting, its marks, and a hand that places and fills."""

    def __init__(self, money: str = "1000", *, marks: dict[str, str] | None = None) -> None:
        self.marks = {name: D(mark) for name, mark in (marks or {"BTCUSDT": "10000", "ETHUSDT": "1000"}).items()}
        self.ledger = Ledger()
        symbols = {"BTCUSDT": BTC, "ETHUSDT": ETH}
        self.accounting = PerpetualAccounting(self.ledger, symbols, Settings(symbols), self.marks.get)
        self.ids = count(1)
        self.deposit("ann", money)

    def deposit(self, account: str, money: str) -> None:
        self.accounting.move(account, "USDT", D(money), 0, "DEPOSIT")

    def order(
        self,
        side: Side,
        quantity: str,
        price: str,
        *,
        symbol: str = "BTCUSDT",
        account: str = "ann",
        position_side: str = "BOTH",
        reduce_only: bool = False,
    ) -> Order:
        """An order that has been let in."""
        request = OrderRequest(
            symbol,
            side,
            "LIMIT",
            Execution.LIMIT,
            D(quantity),
            limit_price=D(price),
            position_side=position_side,
            reduce_only=reduce_only,
        )
        order = Order(next(self.ids), "", account, request, D(quantity), 0, 0)
        self.accounting.admit(order, D(price))
        return order

    def fill(self, order: Order, price: str, quantity: str | None = None, *, maker: bool = False) -> Fill:
        """Fill an order, all of it unless told otherwise."""
        amount = order.left if quantity is None else D(quantity)
        fill = self.accounting.settle(order, D(price), amount, maker, next(self.ids), 0)
        order.filled += amount
        if not order.left:
            order.move_to(OrderStatus.FILLED, 0)
            self.accounting.release(order)
        return fill

    def trade(self, side: Side, quantity: str, price: str, **options: object) -> Fill:
        """Place and fill at once."""
        return self.fill(self.order(side, quantity, price, **options), price)  # type: ignore[arg-type]

    def money(self, account: str = "ann") -> Decimal:
        return self.ledger.balance(account, "USDT")

    def available(self, account: str = "ann") -> Decimal:
        return self.accounting.margins.available(account, "USDT")
