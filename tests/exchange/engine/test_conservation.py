"""Whatever is sent, the money adds up: a machine of random commands over accounts and symbols."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tradefleet.exchange.engine.events import BalancesChanged, OrderReport
from tradefleet.exchange.engine.orders import (
    LIFECYCLE,
    Execution,
    Order,
    OrderRequest,
    OrderStatus,
    Side,
    TimeInForce,
    Trigger,
    TriggerKind,
)
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.spot import FeeAsset

from .desk import BTC, ETH, Desk, d

ACCOUNTS = ("ann", "bob", "cat")
_SYMBOLS = st.sampled_from([BTC, ETH])
_ACCOUNTS = st.sampled_from(ACCOUNTS)
# Few prices, so that orders meet.
_PRICES = st.integers(180, 220).map(lambda steps: Decimal(steps) / 2)
_QUANTITIES = st.integers(1, 400).map(lambda lots: Decimal(lots) / 100)
_LEVELS = st.lists(st.tuples(_PRICES, _QUANTITIES | st.just(Decimal("Infinity"))), max_size=3)
_TIMES = st.sampled_from([TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK])
_PREVENTION = st.sampled_from(["EXPIRE_MAKER", "EXPIRE_TAKER", "EXPIRE_BOTH", "NONE"])
_RATES = st.sampled_from([Decimal(0), Decimal("0.001"), Decimal("0.0371")])


class SpotMarket(RuleBasedStateMachine):
    """Three accounts on two symbols, sharing one quote currency."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.sent: list[tuple[str, Order]] = []
        self.desk.accounting.set_fee_asset("bob", FeeAsset.QUOTE)
        for account in ACCOUNTS:
            self.desk.fund(account, USDT="600", BTC="3", ETH="3")

    def place(self, account: str, request: OrderRequest) -> None:
        before = self.desk.engine.accounting.balances(account)
        events = len(self.desk.events)
        try:
            order = self.desk.engine.place(account, request)
        except Reject:
            assert self.desk.engine.accounting.balances(account) == before
            assert len(self.desk.events) == events
        else:
            self.sent.append((account, order))

    @rule(
        account=_ACCOUNTS, symbol=_SYMBOLS, side=st.sampled_from(Side), quantity=_QUANTITIES, price=_PRICES,
        time=_TIMES, post_only=st.booleans(), prevention=_PREVENTION, client_id=st.sampled_from(["", "", "a", "b"]),
    )  # fmt: skip
    def limit(
        self, account: str, symbol: str, side: Side, quantity: Decimal, price: Decimal, time: TimeInForce,
        post_only: bool, prevention: str, client_id: str,
    ) -> None:  # fmt: skip
        only = post_only and time is TimeInForce.GTC
        self.place(
            account,
            OrderRequest(
                symbol, side, "LIMIT_MAKER" if only else "LIMIT", Execution.LIMIT, quantity=quantity, limit_price=price,
                time_in_force=time, post_only=only, self_trade_prevention=prevention, client_id=client_id,
            ),
        )  # fmt: skip

    @rule(account=_ACCOUNTS, symbol=_SYMBOLS, side=st.sampled_from(Side), quantity=_QUANTITIES, money=st.booleans())
    def market(self, account: str, symbol: str, side: Side, quantity: Decimal, money: bool) -> None:
        amounts = {"quote_quantity": quantity * 100} if money else {"quantity": quantity}
        self.place(account, OrderRequest(symbol, side, "MARKET", Execution.MARKET, **amounts))

    @rule(
        account=_ACCOUNTS, symbol=_SYMBOLS, side=st.sampled_from(Side), quantity=_QUANTITIES, price=_PRICES,
        kind=st.sampled_from(TriggerKind), limit=st.none() | _PRICES,
    )  # fmt: skip
    def conditional(
        self, account: str, symbol: str, side: Side, quantity: Decimal, price: Decimal, kind: TriggerKind,
        limit: Decimal | None,
    ) -> None:  # fmt: skip
        trail = d("0.02") if kind is TriggerKind.TRAILING else None
        self.place(
            account,
            OrderRequest(
                symbol, side, "STOP_LOSS", Execution.MARKET if limit is None else Execution.LIMIT, quantity=quantity,
                limit_price=limit, trigger=Trigger(kind, price, trail),
            ),
        )  # fmt: skip

    @rule(number=st.integers(0, 200))
    def cancel(self, number: int) -> None:
        if self.sent:
            account, order = self.sent[number % len(self.sent)]
            was_open = order.open
            try:
                self.desk.engine.cancel(account, order.symbol, order_id=order.id)
            except Reject:
                assert not was_open
            else:
                assert was_open and order.status is OrderStatus.CANCELED

    @rule(account=_ACCOUNTS, symbol=_SYMBOLS)
    def cancel_all(self, account: str, symbol: str) -> None:
        self.desk.engine.cancel_all(account, symbol)
        assert self.desk.engine.open_orders(account, symbol) == []

    @rule(symbol=_SYMBOLS, bids=_LEVELS, asks=_LEVELS, partial=st.booleans())
    def quote(
        self, symbol: str, bids: list[tuple[Decimal, Decimal]], asks: list[tuple[Decimal, Decimal]], partial: bool
    ) -> None:
        self.desk.engine.quote(symbol, bids, asks, partial=partial)

    @rule(symbol=_SYMBOLS, price=_PRICES, quantity=_QUANTITIES, buyer_is_maker=st.booleans())
    def print_trade(self, symbol: str, price: Decimal, quantity: Decimal, buyer_is_maker: bool) -> None:
        self.desk.now += 1
        self.desk.engine.print_trade(symbol, price, quantity, buyer_is_maker)

    @rule(number=st.integers(0, 200), price=_PRICES, quantity=_QUANTITIES, maker=st.booleans())
    def fill_at(self, number: int, price: Decimal, quantity: Decimal, maker: bool) -> None:
        opened = [order for _, order in self.sent if order.open]
        if opened:
            self.desk.engine.fill_at(opened[number % len(opened)], price, quantity, maker)

    @rule(account=_ACCOUNTS, asset=st.sampled_from(["USDT", "BTC"]), amount=_QUANTITIES, out=st.booleans())
    def move(self, account: str, asset: str, amount: Decimal, out: bool) -> None:
        if not out:
            self.desk.engine.deposit(account, asset, amount)
            return
        try:
            self.desk.engine.withdraw(account, asset, amount)
        except Reject:
            assert self.desk.balance(account, asset)[0] < amount

    @rule(symbol=_SYMBOLS, maker=_RATES, taker=_RATES, lot=st.sampled_from(["0.001", "0.01", "0.1"]))
    def replace_symbol(self, symbol: str, maker: Decimal, taker: Decimal, lot: str) -> None:
        self.desk.change_symbol(symbol, maker=maker, taker=taker, lot=d(lot))

    @invariant()
    def ledger_sums_to_zero(self) -> None:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for (_, asset), amount in self.desk.ledger.balances().items():
            sums[asset] += amount
        assert not any(sums.values())

    @invariant()
    def free_and_locked_add_up(self) -> None:
        for account in ACCOUNTS:
            locked: dict[str, Decimal] = defaultdict(Decimal)
            for order in self.desk.engine.open_orders(account):
                assert order.reserved >= 0
                locked[order.reserved_asset] += order.reserved
            for asset, (free, held) in self.desk.engine.accounting.balances(account).items():
                assert free >= 0 and held == locked[asset]
                assert free + held == self.desk.ledger.balance(account, asset)

    @invariant()
    def orders_are_what_their_fills_say(self) -> None:
        filled: dict[int, Decimal] = defaultdict(Decimal)
        quote: dict[int, Decimal] = defaultdict(Decimal)
        for account in ACCOUNTS:
            for fill in self.desk.engine.fills(account):
                filled[fill.order_id] += fill.quantity
                quote[fill.order_id] += fill.quote
        for _, order in self.sent:
            assert (order.filled, order.filled_quote) == (filled[order.id], quote[order.id])
            assert order.filled <= order.quantity
            assert (order.status is OrderStatus.FILLED) == (order.filled == order.quantity > 0)
            assert order.open or order.reserved == 0

    @invariant()
    def events_tell_the_same(self) -> None:
        told: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
        moved: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for event in self.desk.said(BalancesChanged):
            for asset, balance in event.balances.items():
                told[event.account, asset] = balance
                moved[event.account, asset] += event.changes[asset]
        for account in ACCOUNTS:
            for asset, balance in self.desk.engine.accounting.balances(account).items():
                assert told[account, asset] == balance and moved[account, asset] == sum(balance)

    @invariant()
    def reports_follow_the_lifecycle(self) -> None:
        last: dict[int, OrderStatus] = {}
        for report in self.desk.said(OrderReport):
            before = last.get(report.order.id)
            assert before is None or report.status is before or report.status in LIFECYCLE[before]
            last[report.order.id] = report.status
        assert all(last[order.id] is order.status for _, order in self.sent)

    @invariant()
    def every_open_order_is_somewhere(self) -> None:
        there = [order for symbol in (BTC, ETH) for order in self.desk.engine.resting(symbol)]
        there += [order for symbol in (BTC, ETH) for order in self.desk.engine.sleeping(symbol)]
        assert all(order.open for order in there)
        waiting = {order.id for _, order in self.sent if order.open and not self._driven(order)}
        assert {order.id for order in there} >= waiting and len(there) == len({order.id for order in there})

    @invariant()
    def book_is_not_crossed(self) -> None:
        for symbol in (BTC, ETH):
            bids, asks = self.desk.engine.book(symbol).bids(1), self.desk.engine.book(symbol).asks(1)
            assert not bids or not asks or bids[0][0] < asks[0][0]

    @staticmethod
    def _driven(order: Order) -> bool:
        """A conditional order that `fill_at` has woken: whoever called it goes on with it."""
        return order.request.trigger is not None and order.filled > 0


SpotMarket.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestSpotMarket = SpotMarket.TestCase


def _digest(commands: Iterable[tuple[str, str, int, int]]) -> str:
    desk = Desk()
    for account in ACCOUNTS:
        desk.fund(account, USDT="5000", BTC="20")
    for account, side, lots, price in commands:
        request = OrderRequest(
            BTC, Side(side), "LIMIT", Execution.LIMIT, quantity=Decimal(lots) / 10, limit_price=Decimal(price)
        )
        try:
            desk.engine.place(account, request)
        except Reject:
            desk.now += 1
        desk.print(str(price))
    return desk.trace.digest()


def test_same_commands_same_trace() -> None:
    commands = [(ACCOUNTS[n % 3], ("BUY", "SELL")[n % 2], 1 + n * 7 % 31, 95 + n * 11 % 10) for n in range(200)]
    assert _digest(commands) == _digest(commands)
    assert _digest(commands) != _digest(commands[:-1])
