"""One market: takes orders, matches them, moves money through its accounting, tells everything as events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from tradefleet.exchange.engine.accounting import Accounting
from tradefleet.exchange.engine.bar_play import PlayedBar, PlayPhase, play
from tradefleet.exchange.engine.bar_stage import Liquidations
from tradefleet.exchange.engine.book import Book, Level
from tradefleet.exchange.engine.events import Event, Printed
from tradefleet.exchange.engine.floor import Floor
from tradefleet.exchange.engine.listing import Listing
from tradefleet.exchange.engine.order_lists import OrderList, OrderListRequest, OrderLists
from tradefleet.exchange.engine.orders import Fill, Order, OrderRequest, OrderStatus, PriceSource
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.engine.triggers import Triggers

# Called with a symbol, the kind of price and the price, after resting orders have seen it.
Watcher = Callable[[str, PriceSource, Decimal], None]


class Engine(Floor):
    """One market, spot or perpetual.

    A command either raises Reject and changes nothing, or does all of its work and emits its events: order reports as
    they happen, then one change of balances per account, then the changes of books. `keep` bounds how many ended
    orders and how many fills are remembered.

    `by_bars` is for markets that are played bar by bar: quotes and prints leave resting orders alone (playing the
    bar takes care of them), and waiting limit orders meet the last price when they come, at the maker's fee.
    """

    def __init__(
        self,
        market: Market,
        symbols: Mapping[str, Symbol],
        accounting: Accounting,
        *,
        clock: Callable[[], int],
        emit: Callable[[Event], None],
        keep: int = 100_000,
        by_bars: bool = False,
    ) -> None:
        super().__init__(market, symbols, accounting, clock=clock, emit=emit, keep=keep, by_bars=by_bars)
        self.watchers: list[Watcher] = []
        # Told of a symbol without a price before an order of it is judged, to give it one.
        self.unpriced: Callable[[str], None] | None = None
        # Set where the market has liquidations.
        self.liquidations: Liquidations | None = None
        self.lists = OrderLists(self, keep)
        self._lifecycle.followers = self.lists

    # Clients.

    def place(self, account: str, request: OrderRequest) -> Order:
        """Take an order and let it trade; raises Reject."""
        with self._reports:
            self._expire_due()
            self._judged(request.symbol)
            order = self.enter(account, request)
            self.start(order)
        return order

    def check(self, account: str, request: OrderRequest) -> None:
        """Raise Reject where the request's symbol or filters refuse it; like the test endpoint, it ignores balances."""
        self._intake.check(request, self._judged(request.symbol))

    def cancel(
        self,
        account: str,
        symbol: str,
        *,
        order_id: int | None = None,
        client_id: str | None = None,
        cancel_id: str = "",
    ) -> Order:
        """Cancel an open order; raises Reject."""
        with self._reports:
            self._expire_due()
            self.listing(symbol)
            order = self._history.find(account, symbol, order_id, client_id)
            if order is None or not order.open:
                raise Reject(-2011, "Unknown order sent.")
            self._lifecycle.end(order, OrderStatus.CANCELED, cancel_id=cancel_id)
        return order

    def cancel_all(self, account: str, symbol: str) -> list[Order]:
        """Cancel all open orders of a symbol; gives them, oldest first."""
        with self._reports:
            self.listing(symbol)
            orders = self._history.open_orders(account, symbol)
            for order in orders:
                # One may have ended with another of its list.
                if order.open:
                    self._lifecycle.end(order, OrderStatus.CANCELED)
        return orders

    def place_list(self, account: str, request: OrderListRequest) -> OrderList:
        """Take a list of orders, all or none, and let it trade; raises Reject."""
        self._judged(request.symbol)
        return self.lists.place(account, request)

    def cancel_list(
        self,
        account: str,
        symbol: str,
        *,
        list_id: int | None = None,
        client_id: str | None = None,
        cancel_id: str = "",
    ) -> OrderList:
        """Cancel all orders of a list; raises Reject."""
        self.listing(symbol)
        return self.lists.cancel(account, symbol, list_id=list_id, client_id=client_id, cancel_id=cancel_id)

    def order_list(self, account: str, *, list_id: int | None = None, client_id: str | None = None) -> OrderList:
        """A list in any state; raises Reject."""
        return self.lists.find(account, list_id=list_id, client_id=client_id)

    def order_lists(self, account: str, *, open_only: bool = False) -> list[OrderList]:
        """Lists, oldest first."""
        return self.lists.of(account, open_only=open_only)

    def order(self, account: str, symbol: str, *, order_id: int | None = None, client_id: str | None = None) -> Order:
        """An order in any state; raises Reject."""
        self.listing(symbol)
        order = self._history.find(account, symbol, order_id, client_id)
        if order is None:
            raise Reject(-2013, "Order does not exist.")
        return order

    def open_orders(self, account: str, symbol: str | None = None) -> list[Order]:
        """Open orders, oldest first."""
        if symbol is not None:
            self.listing(symbol)
        return self._history.open_orders(account, symbol)

    def orders(self, account: str, symbol: str) -> list[Order]:
        """Orders in any state, oldest first."""
        self.listing(symbol)
        return self._history.orders(account, symbol)

    def fills(self, account: str, symbol: str | None = None) -> list[Fill]:
        """Fills, oldest first."""
        if symbol is not None:
            self.listing(symbol)
        return self._history.fills(account, symbol)

    def deposit(self, account: str, asset: str, amount: Decimal) -> None:
        """Give an account money."""
        with self._reports.because("DEPOSIT"):
            self.accounting.move(account, asset, amount, self.clock(), "DEPOSIT")

    def withdraw(self, account: str, asset: str, amount: Decimal) -> None:
        """Take free money from an account; raises Reject where there is less."""
        with self._reports.because("WITHDRAW"):
            self.accounting.move(account, asset, -amount, self.clock(), "WITHDRAW")

    # The market.

    def replace_symbol(self, symbol: Symbol) -> None:
        """Trade a symbol by other filters and fees from now on, or a new symbol."""
        self.symbols[symbol.name] = symbol
        self.accounting.replace_symbol(symbol)
        listing = self._listings.get(symbol.name)
        if listing is None:
            self._listings[symbol.name] = Listing(symbol, Book(symbol), Triggers())
        else:
            listing.symbol = listing.book.symbol = symbol

    def quote(self, symbol: str, bids: Iterable[Level], asks: Iterable[Level], *, partial: bool = False) -> None:
        """Set the house's levels, (price, quantity); resting orders they have come to fill as makers.

        `partial`: these levels only, quantity 0 for one that is gone.
        """
        listing = self.listing(symbol)
        with self._reports:
            self._expire_due()
            if partial:
                listing.book.update_house(bids, asks)
            else:
                listing.book.set_house(bids, asks)
            self._reports.touch(listing)
            if self._matches(listing):
                self._matching.meet_house(listing)

    def print_trade(
        self,
        symbol: str,
        price: Decimal,
        quantity: Decimal,
        buyer_is_maker: bool,
        *,
        public: bool = True,
        trade_id: int | None = None,
    ) -> None:
        """A trade of the outside market: the last price, resting orders it trades through, conditional orders it wakes.

        Not `public`: no Printed event. `trade_id` is the recorded one, the next one where it is None.
        """
        listing = self.listing(symbol)
        with self._reports:
            self._expire_due()
            listing.last_price = price
            if public:
                number = listing.trade_id + 1 if trade_id is None else trade_id
                now = self.clock()
                self._reports.printed(
                    listing, Printed(self.market, now, symbol, number, price, quantity, buyer_is_maker)
                )
            if self._matches(listing):
                self._matching.trade_through(listing, price, quantity, buyer_is_maker)
                self._wake(listing, price, PriceSource.LAST)
            self._tell(symbol, PriceSource.LAST, price)

    def mark(self, symbol: str, price: Decimal) -> None:
        """A perpetual's mark price: wakes the conditional orders that watch it."""
        listing = self.listing(symbol)
        with self._reports:
            self._expire_due()
            listing.mark_price = price
            if self._matches(listing):
                self._wake(listing, price, PriceSource.MARK)
            self._tell(symbol, PriceSource.MARK, price)

    def play(
        self, symbol: str, bar: PlayedBar, *, slippage: float = 0.0, participation: Decimal | None = None
    ) -> Iterator[PlayPhase]:
        """Play a bar by the rule book; stops where clients may act within it. Nothing fills while it halts."""
        with self._reports:
            self._expire_due()
        if not self.listing(symbol).symbol.trading:
            return iter(())
        return play(self, symbol, bar, slippage=slippage, participation=participation)

    def _judged(self, symbol: str) -> Listing:
        """What an order is judged by; raises Reject for a symbol that is not traded here."""
        listing = self.listing(symbol)
        if listing.last_price is None and self.unpriced is not None:
            self.unpriced(symbol)
        return listing

    def _matches(self, listing: Listing) -> bool:
        """Whether quotes and prints act on orders: not where bars are played, and not while the symbol halts."""
        return not self.by_bars and listing.symbol.trading

    def _wake(self, listing: Listing, price: Decimal, source: PriceSource) -> None:
        for order in listing.triggers.woken(price, source):
            # One may have ended with another that woke before it.
            if order.open:
                self.wake(order)

    def _tell(self, symbol: str, source: PriceSource, price: Decimal) -> None:
        for watcher in self.watchers:
            watcher(symbol, source, price)
