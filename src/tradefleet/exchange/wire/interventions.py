"""What the control interface does to the exchange: accounts, symbols, prices, connections."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, replace

from tradefleet.exchange.accounts import Account, Permissions
from tradefleet.exchange.engine.amounts import is_whole
from tradefleet.exchange.engine.bar_play import PlayedBar
from tradefleet.exchange.engine.book import UNLIMITED
from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.spot import FeeAsset, SpotAccounting
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.faults.message_faults import Message, malformed, shutdown
from tradefleet.exchange.replay.tape import MarketTape
from tradefleet.exchange.wire.asked import AccountChange, PriceChange, StreamsChange, SymbolChange, market_of
from tradefleet.exchange.wire.sockets import Sockets
from tradefleet.exchange.wire.streams.connection import Connection
from tradefleet.exchange.wire.truth import exact
from tradefleet.exchange.wire.user.sessions import Sessions
from tradefleet.market.errors import ParameterError, did_you_mean

Told = dict[str, object]
_ACCOUNT_NAME = re.compile("[A-Za-z0-9_-]{1,40}")
_PERMISSIONS = tuple(field.name for field in fields(Permissions))


def account_of(exchange: Exchange, name: str) -> Account:
    """The account of a name; raises ParameterError for an unknown one."""
    if name not in exchange.accounts:
        known = [account.name for account in exchange.accounts]
        raise ParameterError(f"there is no account {name!r}", where="account", cure=did_you_mean(name, known))
    return exchange.accounts[name]


def change_account(exchange: Exchange, name: str, asked: AccountChange) -> Told:
    """Change what an account may do, its state, its money, or open it; raises ParameterError or Reject."""
    if not asked.create:
        account_of(exchange, name)
    elif _ACCOUNT_NAME.fullmatch(name) is None:
        raise ParameterError(f"an account's name is {name!r}", where="account", cure="use up to 40 of A-Z a-z 0-9 _ -")
    unknown = next((key for key in asked.permissions if key not in _PERMISSIONS), None)
    if unknown is not None:
        raise ParameterError(
            f"there is no permission {unknown!r}", where="permissions", cure=did_you_mean(unknown, _PERMISSIONS)
        )
    account = exchange.accounts.open(name) if asked.create else account_of(exchange, name)
    for key, value in asked.permissions.items():
        setattr(account.permissions, key, value)
    if asked.revoked is not None:
        account.revoked = asked.revoked
    accounting = exchange.spot.accounting
    if asked.fees is not None and isinstance(accounting, SpotAccounting):
        accounting.set_fee_asset(name, FeeAsset(asked.fees))
    for money in asked.deposit:
        exchange.engines[market_of(money.market)].deposit(name, money.asset, money.amount)
    for money in asked.withdraw:
        exchange.engines[market_of(money.market)].withdraw(name, money.asset, money.amount)
    return describe_account(account)


def describe_account(account: Account) -> Told:
    """An account with its key, and its secret: who controls the exchange gives them out."""
    permissions = {name: getattr(account.permissions, name) for name in _PERMISSIONS}
    return {
        "name": account.name,
        "key": account.api_key,
        "secret": account.secret,
        "revoked": account.revoked,
        "permissions": permissions,
    }


def change_symbol(exchange: Exchange, asked: SymbolChange) -> Told:
    """Trade a symbol by other filters from now on; raises ParameterError for an unknown one."""
    engine = exchange.engines[market_of(asked.market)]
    changed = replace(_symbol(engine, asked.symbol), **asked.changes())  # type: ignore[arg-type]
    engine.replace_symbol(changed)
    return {"symbol": changed.name, "market": asked.market, **_filters(changed)}


def _symbol(engine: Engine, name: str) -> Symbol:
    found = engine.symbols.get(name)
    if found is None:
        raise ParameterError(f"there is no symbol {name!r}", where="symbol", cure=did_you_mean(name, engine.symbols))
    return found


def _filters(symbol: Symbol) -> Told:
    names = SymbolChange.__struct_fields__
    values = {name: getattr(symbol, name) for name in names if name not in ("symbol", "market")}
    return {name: value if isinstance(value, str | int) else exact(value) for name, value in values.items()}


def move_price(exchange: Exchange, asked: PriceChange) -> Told:
    """Move a symbol's price at once: the house quotes there, and orders on the way fill and wake.

    On a market that is played bar by bar the way there is a bar of its own. The candle that is running is touched, no
    trade comes onto the tape, and the next step goes on with its own prices.
    """
    market = market_of(asked.market)
    engine = exchange.engines[market]
    symbol, price = _symbol(engine, asked.symbol), asked.price
    if price > symbol.max_price or not is_whole(price, symbol.tick):
        raise ParameterError(
            f"price is {price}", where="price", cure=f"give a multiple of {symbol.tick} up to {symbol.max_price}"
        )
    exchange.need(market, symbol.name)
    before = engine.last_price(symbol.name) or price
    if engine.by_bars:
        engine.quote(symbol.name, [(before, UNLIMITED)], [(before, UNLIMITED)])
        way = PlayedBar(exchange.clock(), before, max(before, price), min(before, price), price, asked.quantity)
        for _ in engine.play(symbol.name, way):
            continue
    engine.quote(symbol.name, [(price, UNLIMITED)], [(price, UNLIMITED)])
    engine.print_trade(symbol.name, price, asked.quantity, price < before, public=False)
    tape = exchange.tapes[market]
    if isinstance(tape, MarketTape):
        _show(tape, symbol, asked)
    if market is Market.PERPETUAL:
        engine.mark(symbol.name, price)
    return {"symbol": symbol.name, "market": asked.market, "before": exact(before), "price": exact(price)}


def _show(tape: MarketTape, symbol: Symbol, asked: PriceChange) -> None:
    """Let the tape know."""
    track = tape.track(symbol.name)
    if track is None:
        return
    track.touch(int(asked.price / track.scale.tick))
    if tape.market is Market.PERPETUAL:
        tape.mark(track, asked.price)
    tape.changed(track)


def change_streams(asked: StreamsChange, sessions: Sessions, sockets: Sockets, now: int) -> Told:
    """Do something to connections, now; tells to how many of them, or of user streams."""
    market = None if asked.market is None else market_of(asked.market)
    if asked.do == "terminate":
        listeners = sessions.listeners(asked.account, market)
        for listener in listeners:
            sessions.terminate(listener)
        return {"streams": len(listeners)}
    chosen = _connections(asked, market, sessions, sockets)
    for connection, kind in chosen.items():
        _do(asked, connection, Message(kind, asked.stream, now))
    return {"connections": len(chosen)}


def _connections(
    asked: StreamsChange, market: Market | None, sessions: Sessions, sockets: Iterable[Connection]
) -> dict[Connection, str]:
    users = {listener.connection for listener in sessions.listeners(asked.account)}
    everybody = {listener.connection for listener in sessions.listeners()}
    found: dict[Connection, str] = {}
    for connection in sockets:
        kind = "user" if connection in everybody else "market"
        if market is not None and connection.market is not market:
            continue
        if (asked.account is None or connection in users) and asked.kind in ("all", kind):
            found[connection] = kind
    return found


def _do(asked: StreamsChange, connection: Connection, message: Message) -> None:
    if asked.do == "freeze":
        connection.freeze(asked.seconds)
    elif asked.do == "malformed":
        connection.send_text(malformed(message, asked.variant))
    elif asked.do == "shutdown":
        connection.send_text(shutdown(message))
        connection.close(1001)
    else:
        connection.close(asked.code)


def refused(reject: Reject, where: str) -> ParameterError:
    """A refusal of the engine as an error of whoever asked."""
    return ParameterError(f"{reject.code} {reject.message}", where=where, cure="see the rule it names")
