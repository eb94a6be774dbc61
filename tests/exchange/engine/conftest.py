"""A desk with two rich accounts and a quoted book."""

from __future__ import annotations

import pytest

from .desk import Desk


@pytest.fixture
def desk() -> Desk:
    """Ann and Bob have money; the house bids 99 and asks 101, three levels of two each."""
    made = Desk()
    for account in ("ann", "bob"):
        made.fund(account, USDT="10000", BTC="50")
    made.quote({"99": "2", "98": "2", "97": "2"}, {"101": "2", "102": "2", "103": "2"})
    made.print("100")
    made.events.clear()
    return made
