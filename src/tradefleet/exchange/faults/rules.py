"""Rules: which fault, where, and when."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

import msgspec

from tradefleet.exchange.faults.catalogue import FAULTS
from tradefleet.exchange.faults.message_faults import Message, MessageForm
from tradefleet.exchange.faults.request_form import Request, RequestForm
from tradefleet.market.errors import ParameterError, did_you_mean
from tradefleet.market.time import parse_time

Count = Annotated[int, msgspec.Meta(ge=1)]
_PATHS = {"spot": ("/api/", "/sapi/"), "perpetual": ("/fapi/",)}
_MESSAGE_KINDS = ("market", "user")


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which of the requests or messages that a rule is about it strikes; all of the conditions must hold.

    `after`: not the first so many. `first`: only the first so many after those. `every`: each so-manieth of them.
    `times`: at most so often in all. `probability`: of those left, this share, drawn. `since` and `until`: by the
    market's clock, or the door's with `clock = "wire"`; ISO-8601.
    """

    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    after: Annotated[int, msgspec.Meta(ge=0)] = 0
    first: Count | None = None
    every: Count = 1
    times: Count | None = None
    since: str = ""
    until: str = ""
    clock: Literal["market", "wire"] = "market"

    def span(self) -> tuple[int, int] | None:
        """First time and time after the last one, in nanoseconds; None for always."""
        if not self.since and not self.until:
            return None
        return (
            parse_time(self.since, "since") if self.since else 0,
            parse_time(self.until, "until") if self.until else 2**63,
        )

    def counts(self, number: int, struck: int) -> bool:
        """Whether the match of this number, from 1, is one to strike, `struck` having been struck before it."""
        number -= self.after
        if number < 1 or (number - 1) % self.every:
            return False
        return (self.first is None or number <= self.first) and (self.times is None or struck < self.times)


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A fault on demand.

    `what` is a fault's name, `with_` ("with" in files) its parameters. `where` has patterns: of requests, a method and
    a path, such as "POST /api/v3/order" or "* /fapi/*"; of messages "market", "user", or with a stream or an event,
    "market *@kline_*", "user executionReport". Without it, where that fault usually strikes. `market` is "spot" or
    "perpetual" ("" for both; of requests), `account` an account's name. `name` tells rules apart, and is made from
    `what` where it is not given.
    """

    what: str
    name: str = ""
    where: str | list[str] = ""
    market: Literal["", "spot", "perpetual"] = ""
    account: str = ""
    when: When = When()
    with_: dict[str, Any] = msgspec.field(default_factory=dict, name="with")


class Struck(msgspec.Struct, frozen=True):
    """A rule that has been read: its patterns and the fault with its parameters."""

    rule: Rule
    name: str
    where: tuple[str, ...]
    span: tuple[int, int] | None
    fault: RequestForm | MessageForm

    def of_request(self, request: Request, account: str | None) -> bool:
        """Whether the rule is about a request, whatever its count."""
        call = f"{request.method} {request.path}"
        return self.of_caller(request, account) and any(fnmatchcase(call, pattern) for pattern in self.where)

    def of_caller(self, request: Request, account: str | None) -> bool:
        """Whether the rule is about the market and the caller of a request."""
        rule = self.rule
        return (not rule.account or rule.account == account) and (
            not rule.market or request.path.startswith(_PATHS[rule.market])
        )

    def of_message(self, message: Message, account: str | None) -> bool:
        """Whether the rule is about a message, whatever its count."""
        said = f"{message.kind} {message.stream}"
        return (not self.rule.account or self.rule.account == account) and any(
            fnmatchcase(said, pattern) for pattern in self.where
        )


def read_rule(rule: Rule, where: str = "the rule") -> Struck:
    """A rule with everything in it checked; raises ParameterError that names what does not fit.

    >>> read_rule(Rule(what="latency", with_={"seconds": 2})).fault
    Latency(seconds=2.0, jitter=0.0)
    """
    form = FAULTS.get(rule.what)
    if form is None:
        raise ParameterError(f"there is no fault {rule.what!r}", where=where, cure=did_you_mean(rule.what, FAULTS))
    patterns = (rule.where,) if isinstance(rule.where, str) else tuple(rule.where)
    messages = issubclass(form, MessageForm)
    if messages and rule.market:
        raise ParameterError(
            f"market = {rule.market!r} with a fault of messages", where=where, cure="leave it out, or name the streams"
        )
    made = tuple(_pattern(pattern, messages, where) for pattern in (patterns if rule.where else form.usual))
    return Struck(rule, rule.name or rule.what, made, rule.when.span(), _with_parameters(rule, form, where))


def _pattern(pattern: str, messages: bool, where: str) -> str:
    first, _, rest = pattern.strip().partition(" ")
    if messages:
        if first not in (*_MESSAGE_KINDS, "*"):
            raise ParameterError(
                f"where = {pattern!r}", where=where, cure='write "market", "user", or "market btcusdt@kline_1m"'
            )
        return f"{first} {rest.strip() or '*'}"
    if first == "*" and not rest:
        return "* *"
    if (not first.isupper() and first != "*") or not rest:
        raise ParameterError(
            f"where = {pattern!r}", where=where, cure='write a method and a path, such as "POST /api/v3/order"'
        )
    return f"{first} {rest.strip()}"


def _with_parameters(rule: Rule, form: type[RequestForm] | type[MessageForm], where: str) -> RequestForm | MessageForm:
    unknown = next((key for key in rule.with_ if key not in form.__struct_fields__), None)
    if unknown is not None:
        cure = did_you_mean(unknown, form.__struct_fields__) if form.__struct_fields__ else "it has no parameters"
        raise ParameterError(f"{rule.what} has no parameter {unknown!r}", where=where, cure=cure)
    try:
        return msgspec.convert(rule.with_, form)
    except msgspec.ValidationError as error:
        shown: Mapping[str, Any] = rule.with_
        raise ParameterError(f"{rule.what} with {shown}", where=where, cure=str(error)) from None
