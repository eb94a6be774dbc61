"""Leverage, margin type, position mode and isolated margin: what may be changed when."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.exchange.perpetual.desk import D, Desk

from tradefleet.exchange.engine.events import BalancesChanged, Event, LeverageChanged
from tradefleet.exchange.engine.orders import Side
from tradefleet.exchange.engine.perpetual.configuration import Configuration
from tradefleet.exchange.engine.rejects import Reject

BUY, SELL = Side.BUY, Side.SELL


class Office(Desk):
    """A desk with its configuration and what it tells."""

    def __init__(self, money: str = "1000") -> None:
        super().__init__(money)
        list(self.accounting.take_changes())
        self.events: list[Event] = []
        self.configuration = Configuration(
            self.accounting,
            lambda account, symbol: bool(self.accounting.exposure.orders(account, symbol)),
            lambda: 7,
            self.events.append,
        )


def refusal(action: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(Reject) as caught:
        action()
    return caught.value.code, caught.value.message


def test_leverage_is_20_until_it_is_set() -> None:
    office = Office()
    assert office.accounting.settings.leverage("ann", "BTCUSDT") == 20
    assert office.configuration.set_leverage("ann", "BTCUSDT", 50) == 12_000_000
    assert office.accounting.settings.leverage("ann", "BTCUSDT") == 50
    assert office.accounting.settings.leverage("ann", "ETHUSDT") == 20
    assert office.events == [LeverageChanged(7, "ann", "BTCUSDT", 50)]


@pytest.mark.parametrize("leverage", [0, 126, -1])
def test_leverage_beyond_the_symbols_is_refused(leverage: int) -> None:
    office = Office()
    refused = refusal(lambda: office.configuration.set_leverage("ann", "BTCUSDT", leverage))
    assert refused == (-4028, f"Leverage {leverage} is not valid")


def test_leverage_cannot_be_lowered_beyond_what_is_available() -> None:
    office = Office()
    office.trade(BUY, "1", "10000")
    refused = refusal(lambda: office.configuration.set_leverage("ann", "BTCUSDT", 5))
    assert refused == (-2028, "Leverage is smaller than permitted: insufficient margin balance.")
    assert office.accounting.settings.leverage("ann", "BTCUSDT") == 20
    office.configuration.set_leverage("ann", "BTCUSDT", 11)


def test_leverage_of_an_isolated_position_cannot_be_lowered() -> None:
    office = Office()
    office.configuration.set_isolated("ann", "BTCUSDT", True)
    office.trade(BUY, "0.1", "10000")
    assert refusal(lambda: office.configuration.set_leverage("ann", "BTCUSDT", 19))[0] == -4161
    office.configuration.set_leverage("ann", "BTCUSDT", 21)


def test_leverage_cannot_be_raised_above_what_the_position_allows() -> None:
    office = Office("10000000")
    office.trade(BUY, "70", "10000")
    assert refusal(lambda: office.configuration.set_leverage("ann", "BTCUSDT", 100))[0] == -2027


def test_margin_type_changes_only_without_orders_and_positions() -> None:
    office = Office()
    change = office.configuration.set_isolated
    assert refusal(lambda: change("ann", "BTCUSDT", False)) == (-4046, "No need to change margin type.")
    order = office.order(BUY, "0.1", "10000")
    assert refusal(lambda: change("ann", "BTCUSDT", True)) == (
        -4047,
        "Margin type cannot be changed if there exists open orders.",
    )
    office.fill(order, "10000")
    assert refusal(lambda: change("ann", "BTCUSDT", True)) == (
        -4048,
        "Margin type cannot be changed if there exists position.",
    )
    change("ann", "ETHUSDT", True)
    office.trade(SELL, "0.1", "10000")
    change("ann", "BTCUSDT", True)
    assert refusal(lambda: change("ann", "BTCUSDT", True))[0] == -4046


def test_position_mode_changes_only_without_orders_and_positions() -> None:
    office = Office()
    change = office.configuration.set_hedge
    assert refusal(lambda: change("ann", False)) == (-4059, "No need to change position side.")
    order = office.order(BUY, "0.1", "10000")
    assert refusal(lambda: change("ann", True)) == (
        -4067,
        "Position side cannot be changed if there exists open orders.",
    )
    office.fill(order, "10000")
    assert refusal(lambda: change("ann", True)) == (
        -4068,
        "Position side cannot be changed if there exists position.",
    )
    office.trade(SELL, "0.1", "10000")
    change("ann", True)
    assert office.accounting.settings.hedge("ann")


def test_isolated_margin_is_added_and_taken_back() -> None:
    office = Office()
    move = office.configuration.move_margin
    office.configuration.set_isolated("ann", "BTCUSDT", True)
    assert refusal(lambda: move("ann", "BTCUSDT", "BOTH", D(10)))[0] == -4054
    assert refusal(lambda: move("ann", "ETHUSDT", "BOTH", D(10)))[0] == -4049
    office.trade(BUY, "1", "10000")
    list(office.accounting.take_changes())
    move("ann", "BTCUSDT", "BOTH", D(100))
    assert office.accounting.balances("ann")["USDT"] == (D(395), D(600))
    told = office.events[-1]
    assert isinstance(told, BalancesChanged)
    assert (told.reason, told.changes) == ("MARGIN_TRANSFER", {"USDT": D(0)})
    assert told.positions[0].isolated_wallet == 600
    assert refusal(lambda: move("ann", "BTCUSDT", "BOTH", D(396))) == (-4050, "Cross balance insufficient.")
    assert refusal(lambda: move("ann", "BTCUSDT", "BOTH", D(-101))) == (-4051, "Isolated balance insufficient.")
    assert refusal(lambda: move("ann", "BTCUSDT", "BOTH", D(0)))[0] == -4055
    move("ann", "BTCUSDT", "BOTH", D(-100))
    assert office.accounting.balances("ann")["USDT"] == (D(495), D(500))
    office.marks["BTCUSDT"] = D("9900")
    move("ann", "BTCUSDT", "BOTH", D(50))
    assert refusal(lambda: move("ann", "BTCUSDT", "BOTH", D(-1)))[0] == -4051


def test_unknown_symbols_are_refused() -> None:
    assert refusal(lambda: Office().configuration.set_leverage("ann", "NOUSDT", 5)) == (-1121, "Invalid symbol.")
