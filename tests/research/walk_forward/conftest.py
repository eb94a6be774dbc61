"""A walk over generated bars, and what it is made of."""

from __future__ import annotations

import pytest

from tradefleet.market.bars import Bars
from tradefleet.market.generate import generate_bars


@pytest.fixture(scope="session")
def bars() -> Bars:
    """Hours of 70 days that begin in the middle of one."""
    return generate_bars("1h", days=70, seed=11, start="2024-01-01")[7:]
