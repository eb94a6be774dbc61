"""The control interface: what a test, a demo or an operator asks of the exchange, apart from Binance's interface."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.faults.catalogue import described
from tradefleet.exchange.faults.plan import Faults
from tradefleet.exchange.faults.toml_file import rule_of
from tradefleet.exchange.replay.driver import Driver, Held
from tradefleet.exchange.replay.pace import Pace
from tradefleet.exchange.wire import asked, interventions
from tradefleet.exchange.wire.burst import burst
from tradefleet.exchange.wire.limits import Limiter
from tradefleet.exchange.wire.sockets import Sockets
from tradefleet.exchange.wire.truth import truth
from tradefleet.exchange.wire.user.sessions import Sessions
from tradefleet.market.errors import ParameterError, did_you_mean
from tradefleet.market.time import format_time, parse_time

Told = dict[str, object]
Parameters = Mapping[str, str]
_ROOT = "/control"
_ACCOUNTS = f"{_ROOT}/accounts"


class Control:
    """Answers on /control. `driver` is None where nobody drives the market."""

    def __init__(
        self,
        exchange: Exchange,
        driver: Driver | None,
        faults: Faults,
        limits: Limiter,
        sessions: Sessions,
        sockets: Sockets,
    ) -> None:
        self._exchange = exchange
        self._driver = driver
        self._faults = faults
        self._limits = limits
        self._sessions = sessions
        self._sockets = sockets

    def answer(self, method: str, path: str, parameters: Parameters, body: bytes) -> object | Awaitable[object]:
        """What is written as JSON, at once or to be awaited; raises UserError for what is asked wrongly."""
        path = path.rstrip("/")
        name = ""
        if path.startswith(f"{_ACCOUNTS}/"):
            path, name = _ACCOUNTS, path.removeprefix(f"{_ACCOUNTS}/")
        act = _ACTIONS.get((method, path))
        if act is None:
            known = [f"{known_method} {known_path}" for known_method, known_path in _ACTIONS]
            raise ParameterError(
                f"there is no {method} {path}", where=path, cure=did_you_mean(f"{method} {path}", known)
            )
        try:
            return act[0](self, {**parameters, **({"name": name} if name else {})}, body)
        except Reject as reject:
            raise interventions.refused(reject, path) from None

    def contents(self, parameters: Parameters, body: bytes) -> object:
        """GET /control."""
        return {"paths": [{"method": m, "path": p, "does": does} for (m, p), (_, does) in _ACTIONS.items()]}

    async def step(self, parameters: Parameters, body: bytes) -> object:
        """POST /control/step."""
        wanted = asked.read(body, asked.Steps, f"{_ROOT}/step")
        return _held(await self._driven().step(wanted.steps, inside=wanted.inside))

    def clock(self, parameters: Parameters, body: bytes) -> Told:
        """GET /control/clock."""
        told: Told = {
            "time": format_time(self._exchange.clock()),
            "wire_time": format_time(self._exchange.wire_clock()),
        }
        if self._driver is not None:
            pace = self._driver.pace
            speed = "step" if pace.steps else pace.speed or "max"
            told |= {"speed": speed, "hold": pace.hold, "paused": self._driver.paused}
            told["ended"] = self._driver.done.is_set()
        return told

    async def set_clock(self, parameters: Parameters, body: bytes) -> object:
        """POST /control/clock."""
        wanted, driver = asked.read(body, asked.ClockSetting, f"{_ROOT}/clock"), self._driven()
        if wanted.speed is not None or wanted.hold is not None:
            hold = driver.pace.hold if wanted.hold is None else wanted.hold
            pace = driver.pace
            speed = ("step" if pace.steps else pace.speed or "max") if wanted.speed is None else wanted.speed
            driver.pace = Pace.parse(str(speed), hold)
        if wanted.paused is not None:
            (driver.pause if wanted.paused else driver.resume)()
        if wanted.until is not None:
            await driver.wait_until(parse_time(wanted.until, "until"))
        return self.clock(parameters, body)

    def ledger(self, parameters: Parameters, body: bytes) -> Told:
        """GET /control/ledger."""
        name = parameters.get("account")
        names = (
            [each.name for each in self._exchange.accounts]
            if name is None
            else [interventions.account_of(self._exchange, name).name]
        )
        told = truth(self._exchange, names, _since(parameters.get("since", "0")))
        told["violations"] = dict(self._limits.violations)
        told["too_early"] = self._faults.too_early
        return told

    def faults(self, parameters: Parameters, body: bytes) -> Told:
        """GET /control/faults."""
        return {"rules": self._faults.listed(), "there_are": described()}

    def add_faults(self, parameters: Parameters, body: bytes) -> Told:
        """POST /control/faults: a rule, or a list of them; all are in force, or none."""
        try:
            raw = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ParameterError(str(error), where=f"{_ROOT}/faults", cure='send {"what": "latency"}') from None
        each = raw if isinstance(raw, list) else [raw]
        rules = [rule_of(one, f"rule {number}") for number, one in enumerate(each, start=1)]
        added: list[str] = []
        try:
            for rule in rules:
                added.append(self._faults.add(rule))
        except ParameterError:
            for name in added:
                self._faults.remove(name)
            raise
        return {"names": added}

    def remove_faults(self, parameters: Parameters, body: bytes) -> Told:
        """DELETE /control/faults: one by its name, or all."""
        name = parameters.get("name")
        if name is None:
            self._faults.clear()
        else:
            self._faults.remove(name)
        return {"rules": self._faults.listed()}

    def symbols(self, parameters: Parameters, body: bytes) -> object:
        """POST /control/symbols."""
        return interventions.change_symbol(self._exchange, asked.read(body, asked.SymbolChange, f"{_ROOT}/symbols"))

    def accounts(self, parameters: Parameters, body: bytes) -> object:
        """GET /control/accounts."""
        return {"accounts": [interventions.describe_account(each) for each in self._exchange.accounts]}

    def change_account(self, parameters: Parameters, body: bytes) -> object:
        """POST /control/accounts/<name>."""
        name = parameters.get("name", "")
        if not name:
            raise ParameterError("no account is named", where=_ACCOUNTS, cure=f"ask for {_ACCOUNTS}/NAME")
        wanted = asked.read(body, asked.AccountChange, _ACCOUNTS)
        return interventions.change_account(self._exchange, name, wanted)

    def streams(self, parameters: Parameters, body: bytes) -> object:
        """POST /control/streams."""
        wanted = asked.read(body, asked.StreamsChange, f"{_ROOT}/streams")
        now = self._exchange.wire_clock()
        return interventions.change_streams(wanted, self._sessions, self._sockets, now)

    def price(self, parameters: Parameters, body: bytes) -> object:
        """POST /control/price."""
        return interventions.move_price(self._exchange, asked.read(body, asked.PriceChange, f"{_ROOT}/price"))

    async def burst(self, parameters: Parameters, body: bytes) -> object:
        """POST /control/burst."""
        wanted = asked.read(body, asked.Burst, f"{_ROOT}/burst")
        interventions.account_of(self._exchange, wanted.account)
        try:
            return await burst(self._exchange, wanted)
        except Reject as reject:
            raise interventions.refused(reject, f"{_ROOT}/burst") from None

    def _driven(self) -> Driver:
        if self._driver is None:
            raise ParameterError("nobody drives this market", where="clock", cure="serve data, or play it yourself")
        return self._driver


Action = Callable[[Control, Parameters, bytes], object | Awaitable[object]]
_ACTIONS: dict[tuple[str, str], tuple[Action, str]] = {
    ("GET", _ROOT): (Control.contents, "what there is"),
    ("POST", f"{_ROOT}/step"): (Control.step, "play {steps} and come back; with {inside}, from within a bar too"),
    ("GET", f"{_ROOT}/clock"): (Control.clock, "the market's time and pace"),
    ("POST", f"{_ROOT}/clock"): (Control.set_clock, "set {speed, hold, paused}, wait {until} a time"),
    ("GET", f"{_ROOT}/ledger"): (Control.ledger, "the truth about ?account=, postings after ?since="),
    ("GET", f"{_ROOT}/faults"): (Control.faults, "rules in force, and all faults there are"),
    ("POST", f"{_ROOT}/faults"): (Control.add_faults, "put a rule, or a list of rules, in force"),
    ("DELETE", f"{_ROOT}/faults"): (Control.remove_faults, "end the rule ?name=, or all"),
    ("POST", f"{_ROOT}/symbols"): (Control.symbols, "set fields of {symbol, market}"),
    ("GET", _ACCOUNTS): (Control.accounts, "accounts and their keys"),
    ("POST", _ACCOUNTS): (Control.change_account, "NAME: {create, permissions, revoked, fees, deposit, withdraw}"),
    ("POST", f"{_ROOT}/streams"): (Control.streams, "{do} something to connections of {account, market, kind}"),
    ("POST", f"{_ROOT}/price"): (Control.price, "move {symbol, market} to {price}"),
    ("POST", f"{_ROOT}/burst"): (Control.burst, "fill {events} lots of {account, symbol, market} at {per_second}"),
}


def _since(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise ParameterError(f"since is {text!r}", where="since", cure="give the number of a posting")
    return int(text)


def _held(held: Held) -> Told:
    return {"time": format_time(held.time), "inside": held.inside, "ended": held.ended}
