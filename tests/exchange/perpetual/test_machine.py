"""Whatever happens, money and positions add up to the last digit."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.exchange.perpetual.desk import D
from tests.exchange.perpetual.floor import Floor

from tradefleet.exchange.engine.amounts import multiplied
from tradefleet.exchange.engine.events import BalancesChanged, OrderReport
from tradefleet.exchange.engine.ledger import FEES, FUNDING, HOUSE, INSURANCE, OUTSIDE
from tradefleet.exchange.engine.orders import PriceSource, Side, TriggerKind
from tradefleet.exchange.engine.perpetual.income import IncomeKind
from tradefleet.exchange.engine.perpetual.positions import Position, closes
from tradefleet.exchange.engine.rejects import Reject

ACCOUNTS = ("ann", "bob", "eve")
SYMBOLS = ("BTCUSDT", "ETHUSDT")
SYSTEM = (OUTSIDE, HOUSE, FEES, FUNDING, INSURANCE)
START = {"BTCUSDT": D(10000), "ETHUSDT": D(1000)}

accounts, symbols, sides = st.sampled_from(ACCOUNTS), st.sampled_from(SYMBOLS), st.sampled_from(Side)
quantities = st.decimals("0.01", "2", places=2)
# Prices by what the symbol started at.
moves = st.decimals("0.7", "1.3", places=3)


class Perpetuals(RuleBasedStateMachine):
    """Ann trades one-way on cross margin, Bob isolated, Eve hedges on both."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor(*ACCOUNTS, money="2000")
        self.engine = self.floor.engine
        self.books = self.engine.perpetual
        self.seen = 0
        self.deposits = dict.fromkeys(ACCOUNTS, D(2000))
        self.funding: dict[str, Decimal] = defaultdict(D)
        self.realised: dict[str, Decimal] = defaultdict(D)
        self.fees: dict[str, Decimal] = defaultdict(D)
        self.cash: dict[str, Decimal] = defaultdict(D)
        self.amounts: dict[tuple[str, str, str], Decimal] = defaultdict(D)
        self.told: dict[str, dict[str, tuple[Decimal, Decimal]]] = {
            account: self.books.balances(account) for account in ACCOUNTS
        }
        self.moved = dict.fromkeys(ACCOUNTS, D(2000))

    @initialize()
    def choose(self) -> None:
        change = self.engine.configuration
        for symbol in SYMBOLS:
            change.set_isolated("bob", symbol, True)
        change.set_isolated("eve", "ETHUSDT", True)
        change.set_hedge("eve", True)

    @rule(account=accounts, symbol=symbols, side=sides, quantity=quantities, long=st.booleans(), only=st.booleans())
    def at_the_market(self, account: str, symbol: str, side: Side, quantity: Decimal, long: bool, only: bool) -> None:
        before = self.books.margins.available(account, "USDT")
        position_side = self.side_of(account, long)
        held = abs(self.floor.amount(account, symbol, position_side))
        try:
            self.floor.order(
                side,
                str(quantity),
                account=account,
                symbol=symbol,
                reduce_only=only and account != "eve",
                position_side=position_side,
            )
        except Reject as reject:
            assert reject.code in (-2019, -2022, -2027, -4131, -4164)
            return
        if before >= 0 and abs(self.floor.amount(account, symbol, position_side)) > held:
            assert self.books.margins.available(account, "USDT") >= 0

    @rule(
        account=accounts,
        symbol=symbols,
        side=sides,
        quantity=quantities,
        move=moves,
        long=st.booleans(),
        only=st.booleans(),
    )
    def at_a_limit(
        self, account: str, symbol: str, side: Side, quantity: Decimal, move: Decimal, long: bool, only: bool
    ) -> None:
        try:
            self.floor.order(
                side,
                str(quantity),
                str(START[symbol] * move),
                account=account,
                symbol=symbol,
                reduce_only=only and account != "eve",
                position_side=self.side_of(account, long),
            )
        except Reject as reject:
            assert reject.code in (-2019, -2022, -2027, -4016, -4024, -4164)

    @rule(
        account=accounts,
        side=sides,
        quantity=st.none() | quantities,
        move=moves,
        kind=st.sampled_from((TriggerKind.STOP, TriggerKind.TAKE_PROFIT)),
        source=st.sampled_from(PriceSource),
        long=st.booleans(),
        limit=st.booleans(),
    )
    def on_a_condition(
        self,
        account: str,
        side: Side,
        quantity: Decimal | None,
        move: Decimal,
        kind: TriggerKind,
        source: PriceSource,
        long: bool,
        limit: bool,
    ) -> None:
        level = str(START["BTCUSDT"] * move)
        try:
            self.floor.stop(
                side,
                level,
                None if quantity is None else str(quantity),
                kind=kind,
                source=source,
                account=account,
                position_side=self.side_of(account, long),
                limit=level if limit and quantity is not None else None,
            )
        except Reject as reject:
            assert reject.code in (-2021, -4130, -4509, -4016, -4024, -4164)

    @rule(symbol=symbols, move=moves)
    def price(self, symbol: str, move: Decimal) -> None:
        self.floor.price(str(START[symbol] * move), symbol)

    @rule(symbol=symbols, rate=st.decimals("-0.01", "0.01", places=4), move=moves)
    def funding_is_paid(self, symbol: str, rate: Decimal, move: Decimal) -> None:
        mark = START[symbol] * move
        for position in self.books.positions.on(symbol):
            self.funding[position.account] -= multiplied(multiplied(position.amount, mark), rate)
        self.engine.pay_funding(symbol, rate, mark, self.floor.now)

    @rule(account=accounts, amount=st.decimals("-3000", "1000", places=2).filter(bool))
    def money(self, account: str, amount: Decimal) -> None:
        try:
            if amount > 0:
                self.engine.deposit(account, "USDT", amount)
            else:
                self.engine.withdraw(account, "USDT", -amount)
        except Reject as reject:
            assert reject.code == -4050
        else:
            self.deposits[account] += amount

    @rule(account=accounts, symbol=symbols)
    def cancel(self, account: str, symbol: str) -> None:
        self.engine.cancel_all(account, symbol)
        self.engine.algos.cancel_all(account, symbol)

    @rule(account=accounts, symbol=symbols, leverage=st.integers(1, 125))
    def leverage(self, account: str, symbol: str, leverage: int) -> None:
        try:
            self.engine.configuration.set_leverage(account, symbol, leverage)
        except Reject as reject:
            assert reject.code in (-2027, -2028, -4161)

    @rule(symbol=symbols, amount=st.decimals("-100", "100", places=2).filter(bool))
    def margin(self, symbol: str, amount: Decimal) -> None:
        try:
            self.engine.configuration.move_margin("bob", symbol, "BOTH", amount)
        except Reject as reject:
            assert reject.code in (-4050, -4051, -4054)

    @rule(account=accounts)
    def modes(self, account: str) -> None:
        busy = self.engine.open_orders(account) or self.engine.algos.open_orders(account)
        busy = busy or list(self.books.positions.held(account))
        hedge = self.books.settings.hedge(account)
        try:
            self.engine.configuration.set_hedge(account, not hedge)
        except Reject as reject:
            assert reject.code in (-4067, -4068)
            assert busy
        else:
            assert not busy
            self.engine.configuration.set_hedge(account, hedge)

    def side_of(self, account: str, long: bool) -> str:
        if account != "eve":
            return "BOTH"
        return "LONG" if long else "SHORT"

    def positions(self) -> list[Position]:
        return [position for account in ACCOUNTS for position in self.books.positions.of(account)]

    def listen(self) -> None:
        """Invariants come in no order: each listens first."""
        for event in self.floor.events[self.seen :]:
            if isinstance(event, OrderReport) and event.fill is not None:
                fill = event.fill
                self.realised[fill.account] += fill.realised
                self.fees[fill.account] += fill.fee
                self.cash[fill.account] -= fill.side.sign * fill.quote
                self.amounts[fill.account, fill.symbol, fill.position_side] += fill.side.sign * fill.quantity
            elif isinstance(event, BalancesChanged):
                self.told[event.account].update(event.balances)
                self.moved[event.account] += event.changes["USDT"]
        self.seen = len(self.floor.events)

    @invariant()
    def balances_are_what_was_told(self) -> None:
        self.listen()
        for account in ACCOUNTS:
            assert self.told[account] == self.books.balances(account)
            assert self.moved[account] == self.floor.money(account)

    @invariant()
    def the_ledger_adds_up_to_nothing(self) -> None:
        assert sum(self.books.ledger.balances().values()) == 0

    @invariant()
    def a_wallet_is_what_came_in_less_what_went_out(self) -> None:
        self.listen()
        for account in ACCOUNTS:
            rows = self.books.incomes.of(account)
            made_up = sum(row.amount for row in rows if row.kind is IncomeKind.INSURANCE_CLEAR and row.amount > 0)
            expected = self.deposits[account] + self.realised[account] - self.fees[account]
            assert self.floor.money(account) == expected + self.funding[account] + made_up
            assert sum(row.amount for row in rows) == self.floor.money(account)

    @invariant()
    def positions_are_the_sums_of_fills(self) -> None:
        self.listen()
        for position in self.positions():
            assert position.amount == self.amounts[position.account, position.symbol, position.side]
            if not position.amount:
                assert (position.cost, position.isolated_wallet) == (0, 0)
            if not self.books.settings.isolated(position.account, position.symbol):
                assert position.isolated_wallet == 0

    @invariant()
    def cash_is_what_was_realised_less_what_positions_cost(self) -> None:
        self.listen()
        for account in ACCOUNTS:
            cost = sum(position.cost for position in self.books.positions.of(account))
            assert self.cash[account] == self.realised[account] - cost

    @invariant()
    def clients_and_house_are_worth_nothing_together_at_any_price(self) -> None:
        self.listen()
        for price in (D(1), D("12345.6")):
            clients = sum(position.unrealised(price) for position in self.positions())
            amount = sum((position.amount for position in self.positions()), D(0))
            cash = sum(self.cash.values(), D(0))
            house = -cash - multiplied(amount, price)
            assert clients + sum(self.realised.values()) + house == 0
            assert self.books.ledger.balance(HOUSE, "USDT") == -sum(self.realised.values())

    @invariant()
    def open_orders_count_for_what_is_left_of_them(self) -> None:
        for account in ACCOUNTS:
            opened = self.engine.open_orders(account)
            assert {order.id for order in self.books.exposure.orders(account)} == {order.id for order in opened}
            for symbol in SYMBOLS:
                for side in ("BOTH", "LONG", "SHORT"):
                    sums = self.books.exposure.sums(account, symbol, side)
                    counted = [
                        order
                        for order in opened
                        if (order.symbol, order.request.position_side) == (symbol, side)
                        and not order.request.reduce_only
                        and not closes(order.side, side)
                    ]
                    assert sums.bid_quantity == sum(order.left for order in counted if order.side is Side.BUY)
                    assert sums.ask_quantity == sum(order.left for order in counted if order.side is Side.SELL)

    @invariant()
    def what_only_reduces_is_no_more_than_there_is(self) -> None:
        for account in ACCOUNTS:
            for symbol in SYMBOLS:
                assert self.books.excess(account, symbol) == []
            for algo in self.engine.algos.open_orders(account):
                request = algo.order.request
                held = self.floor.amount(account, request.symbol, request.position_side)
                assert not request.close_position or held * request.side.sign < 0

    @invariant()
    def nobody_is_left_who_should_have_been_liquidated_at_the_mark_price(self) -> None:
        for position in self.positions():
            if position.amount and position.account == "bob":
                left = position.isolated_wallet + self.books.margins.unrealised(position)
                at_entry = self.books.mark(position.symbol)
                assert left > 0 or at_entry is None or self.funding["bob"] < 0


Perpetuals.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestPerpetuals = Perpetuals.TestCase
