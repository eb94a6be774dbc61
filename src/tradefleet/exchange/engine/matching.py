"""Who trades with whom: arriving orders with the book, resting orders with the house and with outside trades."""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal

from tradefleet.exchange.engine.accounting import Accounting
from tradefleet.exchange.engine.amounts import ZERO, floor_to
from tradefleet.exchange.engine.half import Half, Offer
from tradefleet.exchange.engine.lifecycle import Lifecycle
from tradefleet.exchange.engine.listing import Listing
from tradefleet.exchange.engine.orders import Execution, Order, OrderRequest, OrderStatus, Side, TimeInForce

_DOWN = Context(prec=60, rounding=ROUND_DOWN)
# Self-trade prevention: who goes, the order that rests and the one that comes.
_PREVENTED = {
    "EXPIRE_MAKER": (True, False),
    "EXPIRE_TAKER": (False, True),
    "EXPIRE_BOTH": (True, True),
    "NONE": (False, False),
}


class Matching:
    """Price-time priority. `by_bars`: waiting limit orders meet the last price, and pay as makers."""

    def __init__(self, accounting: Accounting, lifecycle: Lifecycle, by_bars: bool) -> None:
        self._accounting = accounting
        self._lifecycle = lifecycle
        self._by_bars = by_bars

    def match(self, order: Order, listing: Listing) -> None:
        """Let an order take what it can; the rest waits in the book or expires."""
        request = order.request
        if request.time_in_force is TimeInForce.FOK and self.available(order, listing) < order.left:
            self._lifecycle.end(order, OrderStatus.EXPIRED)
            return
        if self.patient(request):
            self._meet_last_price(order, listing)
        else:
            self._take(order, listing)
        if not order.open:
            return
        waits = request.execution is Execution.LIMIT and request.time_in_force not in (
            TimeInForce.IOC,
            TimeInForce.FOK,
        )
        if waits:
            self._lifecycle.rest(order)
        else:
            self._lifecycle.end(order, OrderStatus.EXPIRED)

    def patient(self, request: OrderRequest) -> bool:
        """Whether an order waits for the price to come through its own, as the rule book lets limit orders do."""
        return (
            self._by_bars
            and request.execution is Execution.LIMIT
            and request.time_in_force in (TimeInForce.GTC, TimeInForce.GTD, TimeInForce.GTX)
        )

    def crosses(self, request: OrderRequest, listing: Listing) -> bool:
        """Whether a limit order would trade at once."""
        limit = request.limit_price
        if limit is None:
            return True
        if self.patient(request):
            return _through(request.side, limit, listing.last_price)
        best = listing.book.opposite(request.side).best()
        return best is not None and not _beyond(request.side, best, limit)

    def available(self, order: Order, listing: Listing) -> Decimal:
        """How much an order could take at once."""
        request = order.request
        found = ZERO
        for offer in listing.book.opposite(order.side).offers():
            if found >= order.left or _beyond(order.side, offer.price, request.limit_price):
                break
            if offer.resting is None or not self._same_account(order, offer.resting.order):
                found += offer.quantity
            elif _PREVENTED[request.self_trade_prevention][1]:
                # The order itself would go there.
                break
        return found

    def average(self, side: Side, quantity: Decimal, listing: Listing) -> Decimal:
        """The average price the book would give for a quantity, 0 where it is empty."""
        half = listing.book.opposite(side)
        first = half.next_offer()
        if first is not None and first.quantity >= quantity:
            return first.price
        left, notional, last = quantity, ZERO, ZERO
        for offer in half.offers():
            part = min(left, offer.quantity)
            notional, last = notional + part * offer.price, offer.price
            left -= part
            if not left:
                break
        return _DOWN.divide(notional + left * last, quantity)

    def bought_for(self, side: Side, money: Decimal, listing: Listing) -> Decimal:
        """The quantity, in whole lots, that an amount of quote currency trades for."""
        left, found = money, ZERO
        for offer in listing.book.opposite(side).offers():
            part = min(offer.quantity, _DOWN.divide(left, offer.price))
            found += part
            left -= part * offer.price
            if part < offer.quantity:
                break
        return floor_to(found, listing.symbol.lot)

    def meet_house(self, listing: Listing) -> None:
        """Let resting orders trade that the house's new quotes have come to: at their own price, as makers."""
        for side in Side:
            waiting, house = listing.book.half(side), listing.book.opposite(side)
            while (limit := waiting.client_best()) is not None:
                price = house.house_best()
                if price is None or _beyond(side, price, limit):
                    break
                order = waiting.queue(limit)[0].order
                quantity = self._fill_maker(order, listing, limit, house.house_quantity(price))
                if quantity:
                    house.take_house(price, quantity)

    def trade_through(self, listing: Listing, price: Decimal, quantity: Decimal, buyer_is_maker: bool) -> None:
        """Let an outside trade fill resting orders: better ones first, then those at its price, in turn."""
        half = listing.book.half(Side.BUY if buyer_is_maker else Side.SELL)
        left = quantity
        while left > ZERO and (best := half.client_best()) is not None and half.better(best, price):
            left -= self._fill_maker(half.queue(best)[0].order, listing, best, left)
        passed = ZERO
        for resting in half.queue(price):
            ahead = min(left, max(ZERO, resting.ahead - passed))
            left, passed = left - ahead, passed + ahead
            if left <= ZERO:
                break
            if resting.order.open:
                left -= self._fill_maker(resting.order, listing, price, left)
        half.pass_queue(price, passed)

    def _take(self, order: Order, listing: Listing) -> None:
        half = listing.book.opposite(order.side)
        limit = order.request.limit_price
        while order.open and order.left > ZERO:
            offer = half.next_offer()
            if offer is None or _beyond(order.side, offer.price, limit):
                return
            if offer.resting is None:
                if not self._take_house(order, listing, half, offer):
                    return
            elif not self._take_client(order, listing, offer.resting.order, offer.price):
                return

    def _take_house(self, order: Order, listing: Listing, half: Half, offer: Offer) -> bool:
        self._lifecycle.about_to_fill(order)
        wanted = min(order.left, offer.quantity)
        quantity = self._accounting.fillable(order, offer.price, wanted)
        if quantity <= ZERO:
            return False
        half.take_house(offer.price, quantity)
        self._lifecycle.touch(listing)
        self._lifecycle.fill(order, offer.price, quantity, False, listing.next_trade_id())
        return quantity == wanted

    def _take_client(self, order: Order, listing: Listing, resting: Order, price: Decimal) -> bool:
        """Trade with a resting order; False where the arriving order can do no more."""
        if self._same_account(order, resting):
            return self._prevent(order, resting)
        self._lifecycle.about_to_fill(order)
        self._lifecycle.about_to_fill(resting)
        offered = self._accounting.fillable(resting, price, min(order.left, resting.left))
        if offered <= ZERO:
            self._lifecycle.end(resting, OrderStatus.EXPIRED)
            return True
        quantity = self._accounting.fillable(order, price, offered)
        if quantity <= ZERO:
            return False
        trade_id = listing.next_trade_id()
        self._lifecycle.fill(resting, price, quantity, True, trade_id)
        self._lifecycle.fill(order, price, quantity, False, trade_id)
        return quantity == offered

    def _meet_last_price(self, order: Order, listing: Listing) -> None:
        limit, last = order.request.limit_price, listing.last_price
        if limit is None or last is None or not _through(order.side, limit, last):
            return
        half = listing.book.opposite(order.side)
        house = half.house_best()
        if house is None:
            return
        self._lifecycle.about_to_fill(order)
        quantity = self._accounting.fillable(order, last, min(order.left, half.house_quantity(house)))
        if quantity > ZERO:
            if not self._accounting.reduces(order):
                listing.entered.add(order.account)
            half.take_house(house, quantity)
            self._lifecycle.touch(listing)
            self._lifecycle.fill(order, last, quantity, True, listing.next_trade_id())

    def _fill_maker(self, order: Order, listing: Listing, price: Decimal, offered: Decimal) -> Decimal:
        """Fill a resting order; one that has nothing to fill (nothing left to reduce) expires, and 0 comes back."""
        self._lifecycle.about_to_fill(order)
        quantity = self._accounting.fillable(order, price, min(order.left, offered))
        if quantity <= ZERO:
            self._lifecycle.end(order, OrderStatus.EXPIRED)
            return ZERO
        self._lifecycle.fill(order, price, quantity, True, listing.next_trade_id())
        return quantity

    @staticmethod
    def _same_account(order: Order, resting: Order) -> bool:
        return order.account == resting.account and order.request.self_trade_prevention != "NONE"

    def _prevent(self, order: Order, resting: Order) -> bool:
        maker_goes, taker_goes = _PREVENTED[order.request.self_trade_prevention]
        if maker_goes:
            self._lifecycle.end(resting, OrderStatus.EXPIRED_IN_MATCH)
        if taker_goes:
            self._lifecycle.end(order, OrderStatus.EXPIRED_IN_MATCH)
        return not taker_goes


def _beyond(side: Side, price: Decimal, limit: Decimal | None) -> bool:
    """Whether a price is worse than an order's limit."""
    if limit is None:
        return False
    return price > limit if side is Side.BUY else price < limit


def _through(side: Side, limit: Decimal, last: Decimal | None) -> bool:
    """Whether a price is better than the limit, and not just at it."""
    if last is None:
        return False
    return last < limit if side is Side.BUY else last > limit
