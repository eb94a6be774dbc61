"""Accounts: what their keys mean, and what is refused."""

from __future__ import annotations

import pickle
import re
import tomllib
from dataclasses import fields
from datetime import time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tradefleet.market.errors import ParameterError
from tradefleet.market.instrument import Instrument
from tradefleet.trading import Account, account_from
from tradefleet.trading import account as account_module

DOCUMENT = Path(__file__).parents[2] / "docs" / "account.md"


def test_usual_account_is_spot_without_leverage_and_costs() -> None:
    account = Account()
    assert (account.market, account.leverage, account.liquidates) == ("spot", 1.0, False)
    assert account.given() == {}
    assert account.tiers == ((0.0, 0.0, 0.0),)


def test_maintenance_margin_of_each_market() -> None:
    assert Account(market="perpetual").tiers == ((0.0, 0.004, 0.0),)
    assert Account(market="perpetual", maintenance_margin=0.01).tiers == ((0.0, 0.01, 0.0),)
    assert Account(market="forex", leverage=20).tiers == ((0.0, 0.5 / 20, 0.0),)
    assert Account(market="forex", leverage=20, stop_out=0.2).tiers == ((0.0, 0.2 / 20, 0.0),)


def test_amounts_left_out_let_the_margin_rise_without_a_jump() -> None:
    tiers = Account(market="perpetual", maintenance_margin=[[0, 0.004], [50_000, 0.005], [250_000, 0.01]]).tiers
    assert [tier[2] for tier in tiers] == pytest.approx([0.0, 50.0, 1300.0])
    for before, after in pairwise(tiers):
        assert after[0] * before[1] - before[2] == pytest.approx(after[0] * after[1] - after[2])
    given = Account(market="perpetual", maintenance_margin=[[0, 0.004, 0], [50_000, 0.005, 49]]).tiers
    assert given[1] == (50_000.0, 0.005, 49.0)


def test_slippage_in_basis_points() -> None:
    assert Account(slippage_bps=3).slippage_fraction == 0.0003
    assert Account(slippage=0.001).slippage_fraction == 0.001
    assert Account().slippage_fraction is None


def test_table_gives_a_symbol_its_own_value() -> None:
    account = Account(market="forex", spread={"EUR/USD": 0.0001, "USD/JPY": "jpy_spread"}, commission=3)
    assert account.of_symbol("spread", "EUR/USD") == 0.0001
    assert account.of_symbol("spread", "USD/JPY") == "jpy_spread"
    assert account.of_symbol("spread", "GBP/USD") == 0.0
    assert account.of_symbol("commission", "GBP/USD") == 3.0
    assert account.of_symbol("ask", "GBP/USD") is None
    assert Account(ask={"EUR/USD": "EUR/USD ask"}).of_symbol("ask", "EUR/USD") == "EUR/USD ask"


def test_steps_of_the_account_stand_before_those_of_the_instrument() -> None:
    known = Instrument("EUR/USD", tick="0.1", lot="1", min_notional="5")
    assert Account().instrument(known) == known
    found = Account(market="forex", contract_size=100_000, lot="0.01", tick={"EUR/USD": 0.00001}).instrument(known)
    assert (found.tick, found.lot, found.min_notional) == (Decimal("0.00001"), Decimal(1000), Decimal(5))


def test_commission_is_of_a_lot_and_becomes_that_of_a_unit() -> None:
    account = Account(market="forex", commission=3.5, contract_size={"EUR/USD": 100_000})
    assert account.commission_of("EUR/USD") == pytest.approx(0.000035)
    assert account.commission_of("XAU/USD") == 3.5


def test_rollover_and_triple_day() -> None:
    assert Account().rollover == (time(17), "America/New_York")
    assert Account(swap_time="00:00 Europe/Athens").rollover == (time(0), "Europe/Athens")
    assert [Account(swap_triple=day).triple_weekday for day in ("monday", "Wednesday", "none")] == [0, 2, None]


def test_account_without_swaps_needs_no_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_zones(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(account_module, "ZoneInfo", no_zones)
    assert Account().rollover[1] == "America/New_York"
    with pytest.raises(ParameterError, match="swap_time is '16:00 America/New_York'"):
        Account(swap_time="16:00 America/New_York")


def test_account_can_be_a_key_and_go_to_other_processes() -> None:
    account = Account(market="perpetual", leverage=5, funding={"BTC/USDT": 0.0001}, maintenance_margin=[[0, 0.01]])
    assert pickle.loads(pickle.dumps(account)) == account
    assert len({account, account, Account()}) == 2


def test_account_shows_what_was_set() -> None:
    assert repr(Account(market="perpetual", leverage=5)) == "Account(market='perpetual', leverage=5.0)"


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"market": "perp"}, "market is 'perp', in .*; did you mean 'perpetual'"),
    ({"levrage": 3}, "there is no key 'levrage', in .*; did you mean 'leverage'"),
    ({"leverage": 3}, 'leverage is 3 on a spot market, in .*; set market = "perpetual" or leverage = 1'),
    ({"leverage": 0.5}, "leverage is 0.5, in .*; choose from 1 to 1000"),
    ({"leverage": "3"}, "leverage is '3', in .*; give a number"),
    ({"leverage": True}, "leverage is True, in .*; give a number"),
    ({"leverage": float("nan")}, "leverage is nan, in .*; give a number"),
    (
        {"market": "perpetual", "leverage": 100, "maintenance_margin": 0.01},
        "leverage is 100 with a maintenance margin of 0.01: every entry.*; choose a leverage below 100",
    ),
    ({"market": "perpetual", "maintenance_margin": 1.5}, "maintenance_margin is 1.5, in .*; give a fraction"),
    ({"market": "perpetual", "maintenance_margin": [[5, 0.01]]}, "tier 1 of maintenance_margin starts at 5"),
    ({"market": "perpetual", "maintenance_margin": [[0, 0.01], [0, 0.02]]}, "tier 2 .* starts at 0, not above"),
    ({"market": "perpetual", "maintenance_margin": [[0, 0.02], [9, 0.01]]}, "tier 2 .* rate of 0.01, less than"),
    ({"market": "perpetual", "maintenance_margin": [[0]]}, r"tier 1 of maintenance_margin is \[0\]"),
    ({"market": "perpetual", "maintenance_margin": []}, r"maintenance_margin is \[\]"),
    ({"maintenance_margin": 0.01}, 'maintenance_margin is set and market is spot, in .*; set market = "perpetual"'),
    ({"market": "perpetual", "stop_out": 0.5}, 'stop_out is set and market is perpetual, in .*; set market = "forex"'),
    ({"funding": 0.0001}, 'funding is set and market is spot, in .*; set market = "perpetual" or leave it out'),
    ({"market": "perpetual", "swap_long": 1}, "swap_long is set and market is perpetual"),
    ({"market": "perpetual", "funding": 2}, "funding is 2, in .*; choose from -1 to 1"),
    ({"market": "perpetual", "funding": ""}, "funding is '', in .*; give a number, or the name or file of a series"),
    ({"market": "perpetual", "funding": {"BTC/USDT": True}}, "funding of BTC/USDT is True"),
    ({"market": "perpetual", "funding": {"": 0.1}}, "funding has the symbol ''"),
    ({"funding_interval": "8 hours"}, "funding_interval is '8 hours', in .*; write it as 8h"),
    ({"maker": -0.5}, "maker is -0.5, in .*; choose from -0.1 to 0.5"),
    ({"taker": -0.1}, "taker is -0.1, in .*; choose from 0 to 0.5"),
    ({"commission": -1}, "commission is -1, in .*; choose 0 or more"),
    ({"slippage": 0.001, "slippage_bps": 5}, "both slippage and slippage_bps are set"),
    ({"spread": 0.1, "ask": {"A/B": "A/B ask"}}, "both spread and ask are set"),
    ({"ask": "EUR/USD ask"}, 'ask is \'EUR/USD ask\', in .*; write { "EUR/USD" = "EUR/USD ask" }'),
    ({"swap_time": "17:00"}, "swap_time is '17:00', in .*; write it as \"17:00 America/New_York\""),
    ({"swap_time": "25:00 UTC"}, "swap_time is '25:00 UTC'"),
    ({"swap_time": "17:00 America/Nowhere"}, "swap_time is '17:00 America/Nowhere'"),
    ({"swap_triple": "wendesday"}, "swap_triple is 'wendesday', in .*; did you mean 'wednesday'"),
    ({"contract_size": 0}, "contract_size is 0, in .*; choose from"),
    ({"lot": 0}, "lot is 0, in .*; give a positive number"),
    ({"lot": {"EUR/USD": "x"}}, "lot of EUR/USD is 'x'"),
    ({"tick": [1]}, r"tick is \[1\]"),
    ({"currency": 5}, "currency is 5"),
    ({"conversion": "USD/JPY"}, "conversion is 'USD/JPY', in .*; write { JPY = \"USD/JPY\" }"),
    ({"conversion": {"JPY": -1}}, "conversion of JPY is -1"),
    ({"max_open_positions": 1.5}, "max_open_positions is 1.5, in .*; give a whole number"),
    ({"max_exposure": -1}, "max_exposure is -1, in .*; choose 0 or more"),
    ({"cash": 0}, "cash is 0"),
    ({"fee": 1}, "fee is 1, in .*; choose from 0 to 0.5"),
]


@pytest.mark.parametrize(("table", "message"), MISTAKES, ids=lambda value: str(value)[:40])
def test_mistake_names_key_place_value_and_cure(table: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message) as caught:
        account_from(table, "run.toml")
    assert caught.value.where == "[account] of run.toml"
    assert "\n" not in str(caught.value)


def test_document_lists_every_key_and_no_other() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(spec.name for spec in fields(Account))


def test_document_tells_the_usual_values() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", DOCUMENT.read_text(), re.MULTILINE)
    usual = {spec.name: spec.default for spec in fields(Account)}
    for name, text in rows:
        if text.strip() != "none":
            told = tomllib.loads(f"x = {text.strip().strip('`')}")["x"]
            assert told == usual[name], name
        else:
            assert usual[name] is None, name


def test_examples_of_the_document_are_accounts() -> None:
    examples = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    accounts = [account_from(tomllib.loads(example)["account"], "docs/account.md") for example in examples]
    assert [account.market for account in accounts] == ["perpetual", "forex"]
