from __future__ import annotations

import pytest
from tests.exchange.spot.stand import Stand


@pytest.fixture
def stand() -> Stand:
    return Stand()
