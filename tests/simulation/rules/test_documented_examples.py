"""The rules give the numbers that exchanges and brokers work out in their own documents.

Each test names the document and uses its numbers. Where a document takes the maintenance margin at the entry price for
good, that is a tier with a rate of 0 and that margin as a negative amount.
"""

from __future__ import annotations

import pytest

from tradefleet.simulation.rules.carry import carry_payment, nightly_swap
from tradefleet.simulation.rules.liquidation import bankruptcy_price, liquidation_level
from tradefleet.simulation.rules.margin import initial_margin, maintenance_margin, margin_of
from tradefleet.trading import Account

DAY = 86_400_000_000_000


def test_binance_wallet_of_500_and_a_long_of_1000_at_50000() -> None:
    """https://binance.com/en/support/faq/25edcd7fe0e544839d0847b8cbb2e400

    "Assume you have a wallet balance of 500 USDT. You entered a long BTCUSDT position worth 1,000 USDT with 20x
    leverage at $50,000. In this example, your liquidation price will be $25,100.40." All of the wallet stands behind
    the one position.
    """
    margin = margin_of(20.0, Account(market="perpetual", leverage=20).tiers, liquidates=True)
    assert initial_margin(0.02, 50_000.0, margin) == 50.0
    assert round(liquidation_level(1.0, 0.02, 50_000.0, 500.0, margin), 2) == 25_100.40


@pytest.mark.parametrize(
    ("quantity", "entry", "rate", "amount", "expected"),
    [(3683.979, 1456.84, 0.10, 135_365.0, 1114.78), (109.488, 32_481.980, 0.025, 16_300.0, 18_778.73)],
)
def test_binance_formula_with_the_positions_of_its_worked_example(
    quantity: float, entry: float, rate: float, amount: float, expected: float
) -> None:
    """https://www.binance.com/en/support/faq/b3c689c1f50a44cabb3a84e663b81d93 has the formula: with isolated margin
    TMM = 0 and UPNL = 0. Wallet 1,535,443.01 and both positions are those of the calculation example by which
    freqtrade checks itself (tests/exchange/test_exchange.py), expecting these prices for isolated margin.
    """
    margin = margin_of(20.0, [(0.0, rate, amount)], liquidates=True)
    assert round(liquidation_level(1.0, quantity, entry, 1_535_443.01, margin), 2) == expected


def test_binance_maintenance_amount_of_a_tier() -> None:
    """https://www.binance.com/es/support/faq/ceccfcfb4e3a45e3b48b0b1bb1a8ae46

    "the BTCUSD Maintenance Amount on Level 5 = 50 BTC * (5% - 2.5%) + 0.56 BTC = 1.81 BTC".
    """
    account = Account(market="perpetual", maintenance_margin=[(0, 0.004, 0), (20, 0.025, 0.56), (50, 0.05)])
    assert account.tiers[2] == pytest.approx((50.0, 0.05, 1.81))


def test_bybit_bankruptcy_price() -> None:
    """https://www.cbybitapp.com/ro-RO/help-center/search-result/?page=22&pageSize=10&query=trade

    "traders hold a 1BTC Long position with an entry price at 10,000USDT, leverage is 50x. Bankruptcy Price = 10,000 x
    (1 - 2%) = 9,800 USDT".
    """
    locked = initial_margin(1.0, 10_000.0, margin_of(50.0))
    assert bankruptcy_price(1.0, 1.0, 10_000.0, locked) == 9800.0
    assert bankruptcy_price(-1.0, 1.0, 10_000.0, locked) == 10_200.0


def test_bybit_tiers_apply_each_rate_to_its_part_of_the_position() -> None:
    """https://www.bybit-global.com/kk-KZ/help-center/search-result?page=29&pageSize=10&query=Bybit

    "Any excess beyond a particular tier is subject to the calculation based on the MMR of the new tier": tiers of 1,000
    USDT at 2, 2.5, 3, 3.5 and 4 %, and a long position of 100 contracts at 35 USDT: 1,000 x 2 % + 1,000 x 2.5 % +
    1,000 x 3 % + 500 x 3.5 %.
    """
    rows = [(0, 0.02), (1000, 0.025), (2000, 0.03), (3000, 0.035), (4000, 0.04)]
    account = Account(market="perpetual", leverage=10, maintenance_margin=rows)
    margin = margin_of(10.0, account.tiers)
    assert initial_margin(100.0, 35.0, margin) == 350.0
    assert maintenance_margin(100.0, 35.0, margin) == pytest.approx(20 + 25 + 30 + 17.5)


def test_kucoin_short_of_five_contracts() -> None:
    """https://www.kucoin.com/support/4408061803033

    "a short position of 5 BTC/USD contracts with a leverage of 100x, where each contract has a multiplier of 0.001 BTC
    and a value of 28,000, the maintenance margin rate is 0.4%": IM 1.4, MM 0.56, "LP = 28,168".
    """
    assert initial_margin(5 * 0.001, 28_000.0, margin_of(100.0)) == pytest.approx(1.4)
    fixed = margin_of(100.0, [(0.0, 0.0, -0.56)], liquidates=True)
    assert liquidation_level(-1.0, 5 * 0.001, 28_000.0, 1.4, fixed) == pytest.approx(28_168.0)


def test_kucoin_maintenance_margin() -> None:
    """https://www.kucoin.com/support/26694703491737

    "10,000 contracts of BTC/USDT perpetual futures, where each contract has a multiplier of 0.001 and the mark price is
    30,000 USDT": 300,000 USDT, at 0.4 % "300,000 x 0.004 = 1,200 USDT".
    """
    assert maintenance_margin(10_000 * 0.001, 30_000.0, margin_of(5.0, [(0.0, 0.004, 0.0)])) == 1200.0


def test_bitmex_long_of_twenty_ether() -> None:
    """https://www.bitmex.com/app/isolatedMarginExamples

    "10,000 USDT ... buys 20 contracts of ETHUSDT at the price of $1,000 at 50x Cross Margin. The required initial
    margin is 2% = 400 USDT, and the maintenance margin is 1% = 200 USDT ... liquidation and bankruptcy prices are 510
    and 500". All of the wallet stands behind the one position.
    """
    margin = margin_of(50.0, [(0.0, 0.0, -200.0)], liquidates=True)
    assert initial_margin(20.0, 1000.0, margin) == 400.0
    assert liquidation_level(1.0, 20.0, 1000.0, 10_000.0, margin) == 510.0
    assert bankruptcy_price(1.0, 20.0, 1000.0, 10_000.0) == 500.0


def test_kraken_pays_a_short_when_the_rate_is_positive() -> None:
    """https://support.kraken.com/hc/en-us/articles/360022835911-Inverse-Crypto-Collateral-Perpetual-Contract-Specifications

    "you are in a short position of 100,000 Contracts ... you will earn interest of $17.85 for the one-hour period
    ($100,000*0.0001785)", at a price of $7,000.
    """
    received = -carry_payment(-1.0, 100_000.0 / 7000.0, 7000.0, 0.0001785, 0.0, 0.0)
    assert received == pytest.approx(17.85)
    assert carry_payment(1.0, 100_000.0 / 7000.0, 7000.0, 0.0001785, 0.0, 0.0) == pytest.approx(17.85)


def test_broker_margin_and_stop_out_of_one_lot_of_usd_chf() -> None:
    """https://ebhforex.com/faq/common-knowledge/

    "1 lot on USDCHF (the leverage for this pair is fixed at 1:30). The margin will be 100000/30= USD 3333 ... reaches
    the point where it becomes equal to 50% of the required margin ... 3333*50%=1666.5 USD", and "0.2 lot ... 20 000
    (0.2 lot)/30 = 666 USD". The account is in the base currency, so the price cancels out.
    """
    account = Account(market="forex", leverage=30, stop_out=0.5, contract_size=100_000, currency="USD")
    margin, price = margin_of(30.0, account.tiers, liquidates=True), 0.9
    rate = 1.0 / price
    assert int(initial_margin(100_000.0, price, margin) * rate) == 3333
    assert int(initial_margin(20_000.0, price, margin) * rate) == 666
    assert maintenance_margin(100_000.0, price, margin) * rate == pytest.approx(1666.5, abs=0.5)


def test_broker_margin_of_one_lot_of_eur_usd() -> None:
    """https://faq.propnumberone.com/en/articles/10026394-how-to-calculate-minimum-margin-in-trading-account

    "1 standard lot of EUR/USD, with an exchange rate of 1.2000 and a leverage of 100 ... Margin = (100,000 / 100) x
    1.2000 = 1,200 USD".
    """
    assert initial_margin(100_000.0, 1.2, margin_of(100.0)) == 1200.0


def test_broker_swap_of_three_nights() -> None:
    """https://alpariforex.org/en/help/markets-and-trading/trading-education/what-is-swap-and-how-is-it-calculated

    "1 lot x $10 x (-1.5) x 3 nights = -45": three nights from Monday to Thursday, or the one of Wednesday.
    """
    per_unit = 10.0 * -1.5 / 100_000.0
    # From Monday, 1970-01-05: the rollovers of Wednesday alone, and of Thursday, Friday and Monday.
    for first, last in [(6 * DAY, 7 * DAY), (7 * DAY, 12 * DAY)]:
        swaps = nightly_swap(per_unit, 0.0, first, last)
        rows = zip(swaps.rate, swaps.long, swaps.short, strict=True)
        paid = sum(carry_payment(1.0, 100_000.0, 1.1, *map(float, row)) for row in rows)
        assert -paid == pytest.approx(-45.0)


def test_broker_converts_a_swap_in_yen() -> None:
    """http://help.fnmarkets.com/en/articles/10255563-how-do-you-calculate-swaps

    "Swap (in JPY) = 16.4 x 1 x 1 x 1,000 = 16,400 JPY; Swap (in USD) = 16,400 x 0.006733 = 110.42 USD".
    """
    received = -carry_payment(1.0, 100_000.0, 148.5, 0.0, 16.4 * 0.01, 0.0)
    assert received == pytest.approx(16_400.0)
    assert round(received * 0.006733, 2) == 110.42
