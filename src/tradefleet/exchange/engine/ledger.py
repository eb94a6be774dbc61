"""Double-entry book-keeping: every posting adds up to zero, every balance is a sum of postings."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from tradefleet.exchange.engine.amounts import ZERO

# Whom clients' money comes from and goes to, besides one another.
OUTSIDE, HOUSE, FEES, FUNDING, INSURANCE = "@outside", "@house", "@fees", "@funding", "@insurance"


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What one account gained (or lost) of one asset."""

    account: str
    asset: str
    amount: Decimal


class Posting(msgspec.Struct, frozen=True, gc=False):
    """One booking: entries of each asset add up to zero. `reference` names the trade, or what it was for."""

    number: int
    time: int
    kind: str
    reference: str
    entries: tuple[Entry, ...]


class Ledger:
    """Postings and the balances they add up to; the last `keep` postings stay readable, the sums are kept for ever.

    >>> ledger = Ledger()
    >>> _ = ledger.post(0, "DEPOSIT", "", [Entry(OUTSIDE, "USDT", Decimal(-5)), Entry("ann", "USDT", Decimal(5))])
    >>> ledger.balance("ann", "USDT")
    Decimal('5')
    """

    def __init__(self, keep: int = 100_000) -> None:
        self._balances: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        self._postings: deque[Posting] = deque(maxlen=keep)
        self._count = 0

    def post(self, time: int, kind: str, reference: str, entries: Sequence[Entry]) -> Posting:
        """Book what adds up to zero for each asset; raises ValueError, and books nothing, for what does not."""
        sums: dict[str, Decimal] = {}
        for entry in entries:
            sums[entry.asset] = sums.get(entry.asset, ZERO) + entry.amount
        if any(sums.values()):
            raise ValueError(f"{kind} {reference} does not add up to zero: {sums}")
        self._count += 1
        posting = Posting(self._count, time, kind, reference, tuple(entries))
        for entry in entries:
            self._balances[entry.account, entry.asset] += entry.amount
        self._postings.append(posting)
        return posting

    def balance(self, account: str, asset: str) -> Decimal:
        """What an account has of an asset; 0 for one never seen."""
        return self._balances.get((account, asset), ZERO)

    def assets(self, account: str) -> list[str]:
        """Assets an account ever had, in the order of their names."""
        return sorted(asset for owner, asset in self._balances if owner == account)

    def balances(self) -> dict[tuple[str, str], Decimal]:
        """Every balance, system accounts too."""
        return dict(self._balances)

    def postings(self, since: int = 0) -> Iterable[Posting]:
        """The kept postings numbered above `since`."""
        return (posting for posting in self._postings if posting.number > since)

    @property
    def count(self) -> int:
        """How many postings there have been."""
        return self._count
