"""Options of the command that cannot be meant."""

from __future__ import annotations

import pytest

from tradefleet.cli.exchange import serve
from tradefleet.market.errors import ParameterError


@pytest.mark.parametrize(
    "options",
    [
        {"deposits": ["BTC=0.000000001"]},
        {"deposits": ["USDT=1e30"]},
        {"deposits": ["USDT=-1"]},
        {"symbols": ["BTC/USDT"]},
    ],
)
def test_deposits_finer_than_money_and_symbols_of_a_generated_market_are_refused(
    options: dict[str, list[str]], tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADEFLEET_HOME", str(tmp_path))
    with pytest.raises(ParameterError):
        serve(port=0, **options)  # type: ignore[arg-type]
