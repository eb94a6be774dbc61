"""The command `exchange serve`: the local exchange, until it is told to stop."""

from __future__ import annotations

import asyncio
import secrets
import signal
import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tradefleet.app.data import catalog
from tradefleet.app.exchange import GENERATED, Wanted, make_market
from tradefleet.cli.loop import run_loop
from tradefleet.cli.options import Bar, Json, Since, Until, Venue
from tradefleet.cli.output import say, write_json
from tradefleet.exchange.accounts import Account
from tradefleet.exchange.engine.amounts import UNIT, is_whole
from tradefleet.exchange.engine.spot import FeeAsset
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.faults.toml_file import read_faults
from tradefleet.exchange.replay.pace import Pace
from tradefleet.exchange.serving import Running, Setup, serving
from tradefleet.exchange.wire.access import HEADER, is_loopback
from tradefleet.exchange.wire.limits import Limits, unlimited
from tradefleet.exchange.wire.tls import Authority
from tradefleet.market.errors import ParameterError
from tradefleet.market.home import home

# As a file it runs, and as a paste into an interactive Python, for which the empty line is there.
SNIPPET = """\
import ccxt.pro
from tradefleet.exchange.connect import run
async def main(binance): print((await binance.fetch_balance())["total"])

account = {account}
run(main, ccxt.pro.binance, *account{host})"""
# A client on this machine reaches these by its own address.
_OWN = ("127.0.0.1", "localhost", "0.0.0.0")
_RICHEST = 10**15


def serve(
    *,
    port: int = 8900,
    host: str = "127.0.0.1",
    data: str = GENERATED,
    speed: str = "1",
    hold: float = 0.0,
    seed: int = 1,
    faults: Path | None = None,
    symbols: Annotated[list[str], Parameter(name="--symbol", negative=())] = [],  # noqa: B006 - never changed
    timeframe: Bar = "1m",
    venue: Venue = "local",
    since: Since = None,
    until: Until = None,
    start: str | None = None,
    count: int = 15,
    accounts: int = 2,
    deposits: Annotated[list[str], Parameter(name="--deposit", negative=())] = ["USDT=100000"],  # noqa: B006
    withdrawals: Annotated[bool, Parameter(negative=())] = False,
    fees_in: FeeAsset = FeeAsset.RECEIVED,
    slippage: float = 0.0,
    participation: float | None = None,
    funding: str = "0.0001",
    limits: bool = True,
    keep: int = 100_000,
    plain: int | None = None,
    json: Json = None,
) -> None:
    """Serve an exchange that real clients take for Binance, spot and USD-M perpetual, until Ctrl-C or SIGTERM.

    Parameters
    ----------
    port
        Where it listens, with TLS; 0 takes a free port.
    host
        Where it listens. Anything but this machine needs the token printed at the start for the control interface.
    data
        generated, catalog, or a file: of bars, or of recorded messages of Binance's websockets.
    speed
        How many times as fast as real time; max; or step, which holds after each bar until it is told to go on.
    hold
        Milliseconds the market stands after each bar, for clients to act on it.
    seed
        Of the generated market, the keys and the faults.
    faults
        A TOML file of faults.
    symbols
        Which series of the catalog, or what the bars of a file are; may be repeated.
    start
        Where the replay begins; bars before it are history. A generated market begins now.
    count
        How many symbols a generated market has.
    accounts
        How many accounts, each with a key.
    deposits
        What each account starts with in both wallets, such as BTC=2; may be repeated.
    withdrawals
        Keys may withdraw, so that a client's refusal of such keys can be tested.
    fees_in
        Spot fees of buys: out of what is received, or in quote currency as backtests count them.
    slippage
        Fraction of the price that market orders pay.
    participation
        Part of the last bar's volume that can be traded; without it, any quantity at one price.
    funding
        Rate of each funding.
    limits
        Count request weights and orders as Binance does; --no-limits for load tests.
    keep
        How many ended orders and fills are remembered.
    plain
        A second port, without TLS.
    """
    wanted = Wanted(
        data, symbols, timeframe, venue, since, until, start, count, seed, slippage, participation, _number(funding)
    )
    market, recorded = make_market(wanted, catalog(), time.time_ns())
    setup = Setup(
        market=market,
        pace=Pace.parse(speed, hold),
        names=_names(accounts),
        deposits={each: _deposits(deposits) for each in Market},
        fees_in=fees_in,
        faults=read_faults(faults) if faults is not None else (),
        limits=Limits() if limits else unlimited(),
        seed=seed,
        recorded=recorded,
        keep=_kept(keep),
        withdrawals=withdrawals,
    )
    authority = Authority(home() / "exchange")
    run_loop(_serve(setup, authority, host, port, plain, json))


def _names(count: int) -> list[str]:
    if not 1 <= count <= 1_000:
        raise ParameterError(f"accounts is {count}", cure="give 1 to 1,000")
    return [f"account{number}" for number in range(1, count + 1)]


def _kept(count: int) -> int:
    if count < 0:
        raise ParameterError(f"keep is {count}", cure="give 0 or more")
    return count


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ParameterError(f"{text!r} is no number", cure="write it as 0.0001")
    return number


def _deposits(texts: list[str]) -> dict[str, Decimal]:
    found = {}
    for text in texts:
        asset, equals, amount = text.partition("=")
        if (
            not asset.isalnum()
            or not equals
            or not 0 <= _number(amount) < _RICHEST
            or not is_whole(_number(amount), UNIT)
        ):
            raise ParameterError(f"deposit is {text!r}", cure="write it as USDT=100000, with 8 decimals at most")
        found[asset.upper()] = _number(amount)
    return found


async def _serve(setup: Setup, authority: Authority, host: str, port: int, plain: int | None, json: str | None) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    token = None if is_loopback(host) else secrets.token_urlsafe(32)
    async with serving(setup, host, port, authority.server_context(), token, stop.set) as running:
        bound = None if plain is None else await running.server.start(host, plain, plain=True)
        _tell(running, authority, host, bound, token, json)
        await stop.wait()
    say("stopped", json)


def _tell(
    running: Running, authority: Authority, host: str, plain: int | None, token: str | None, json: str | None
) -> None:
    """Say where it is and who may come in."""
    first = next(iter(running.exchange.accounts))
    url = f"https://{host}:{running.port}"
    lines = [f"url        {url}"]
    lines += [] if plain is None else [f"plain      http://{host}:{plain}"]
    lines += [f"control    {url}/control"]
    lines += [] if token is None else [f"           with the header {HEADER}: {token}"]
    lines += [f"authority  {authority.certificate_file}"]
    lines += [line for account in running.exchange.accounts for line in _keys(account)]
    snippet = SNIPPET.format(
        account=(running.port, str(authority.certificate_file), first.api_key, first.secret),
        host="" if host in _OWN else f", host={host!r}",
    )
    say("\n".join([*lines, "", "connect CCXT (pip install ccxt):", "", snippet, ""]), json)
    keys = [
        {"name": account.name, "key": account.api_key, "secret": account.secret}
        for account in running.exchange.accounts
    ]
    facts = {"url": url, "port": running.port, "plain": plain, "authority": str(authority.certificate_file)}
    write_json({**facts, "control_token": token, "accounts": keys}, json)


def _keys(account: Account) -> list[str]:
    return [f"{account.name:<10} key    {account.api_key}", f"{'':<10} secret {account.secret}"]
