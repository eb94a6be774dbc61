"""What clients can compute from their own fills, compared with the exchange's books: exactly."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from tests.exchange.virtual.trader import Trader

_PAGE = 1000
Sums = dict[str, Decimal]


class Books:
    """A trader's own books, kept from its fills and incomes alone. `deposit` is what it began with, in USDT."""

    def __init__(self, trader: Trader, deposit: Decimal) -> None:
        self.trader = trader
        self._client = trader.client
        self._spot = trader.client.id == "binance"
        self._balances: Sums = defaultdict(Decimal, USDT=deposit)
        self._positions: Sums = defaultdict(Decimal)
        self._next: dict[str, int] = dict.fromkeys(trader.symbols, 0)
        self._incomes: set[tuple[str, str]] = set()
        self.fills = 0
        self.fees = Decimal(0)

    @property
    def market(self) -> str:
        """The market's name."""
        return "spot" if self._spot else "perpetual"

    async def update(self) -> None:
        """Enter all fills there have been since the last time, and fundings."""
        for symbol in self._next:
            while await self._page(symbol) == _PAGE:
                pass
        if not self._spot:
            await self._enter_fundings()

    async def _page(self, symbol: str) -> int:
        client = self._client
        ask = client.private_get_mytrades if self._spot else client.fapiprivate_get_usertrades
        parameters = {"symbol": client.market(symbol)["id"], "fromId": self._next[symbol], "limit": _PAGE}
        fills = await self.trader.patiently(lambda: ask(parameters))
        for fill in fills:
            self._next[symbol] = int(fill["id"]) + 1
            (self._enter_spot if self._spot else self._enter_perpetual)(client.market(symbol), fill)
        self.fills += len(fills)
        return len(fills)

    def _enter_spot(self, market: Any, fill: Any) -> None:
        way = 1 if fill["isBuyer"] else -1
        self._balances[market["base"]] += way * Decimal(fill["qty"])
        self._balances[market["quote"]] -= way * Decimal(fill["quoteQty"])
        self._balances[fill["commissionAsset"]] -= Decimal(fill["commission"])
        self.fees += Decimal(fill["commission"])

    def _enter_perpetual(self, market: Any, fill: Any) -> None:
        self._positions[fill["symbol"]] += Decimal(fill["qty"]) * (1 if fill["side"] == "BUY" else -1)
        self._balances[fill["commissionAsset"]] -= Decimal(fill["commission"])
        self._balances[fill["commissionAsset"]] += Decimal(fill["realizedPnl"])
        self.fees += Decimal(fill["commission"])

    async def _enter_fundings(self) -> None:
        ask = {"incomeType": "FUNDING_FEE", "limit": _PAGE}
        for income in await self.trader.patiently(lambda: self._client.fapiprivate_get_income(ask)):
            key = income["tranId"], income["symbol"]
            if key not in self._incomes:
                self._incomes.add(key)
                self._balances[income["asset"]] += Decimal(income["income"])

    def differences(self, told: dict[str, Any]) -> list[str]:
        """Where the exchange's truth about the account says something else."""
        found = [
            *self._compared("balance", self._balances, _balances(told)),
            *self._compared("position", self._positions, _positions(told)),
        ]
        fees = sum((Decimal(fill["fee"]) for fill in told["fills"]), Decimal(0))
        if len(told["fills"]) == self.fills and fees != self.fees:
            found.append(f"{self.trader.name} {self.market}: fees {self.fees}, in truth {fees}")
        return found

    def _compared(self, what: str, mine: Sums, true: Sums) -> list[str]:
        names = sorted({*mine, *true})
        pairs = ((name, mine.get(name, Decimal(0)), true.get(name, Decimal(0))) for name in names)
        return [
            f"{self.trader.name} {self.market}: {what} of {name} {ours}, in truth {theirs}"
            for name, ours, theirs in pairs
            if ours != theirs
        ]


def _balances(told: dict[str, Any]) -> Sums:
    return {asset: Decimal(amounts["free"]) + Decimal(amounts["locked"]) for asset, amounts in told["balances"].items()}


def _positions(told: dict[str, Any]) -> Sums:
    return {each["symbol"]: Decimal(each["amount"]) for each in told.get("positions", ())}
