"""What the desks of one run share: the wallet, the journal, what the account allows."""

from __future__ import annotations

import numpy as np

from tradefleet.simulation.columns import ROWS, Floats, Integers, Journal
from tradefleet.simulation.state import Limits, Wallet


class Run:
    """One wallet and one journal; `tags` has the tag of each position that was given one, by its number."""

    __slots__ = ("journal", "limits", "tags", "wallet")

    def __init__(self, wallet: Wallet, journal: Journal, limits: Limits) -> None:
        self.wallet = wallet
        self.journal = journal
        self.limits = limits
        self.tags: dict[int, str] = {}

    def make_room(self, rows: int) -> None:
        """Room in the journal for so many more trades: nobody knows beforehand how many a strategy makes."""
        journal = self.journal
        used, room = int(journal.used[ROWS]), len(journal.trade_numbers)
        if used + rows > room:
            more = max(rows, room)
            numbers: Floats = np.concatenate([journal.trade_numbers, np.empty((more, 7), np.float64)])
            marks: Integers = np.concatenate([journal.trade_marks, np.empty((more, 8), np.int64)])
            self.journal = journal._replace(trade_numbers=numbers, trade_marks=marks)
