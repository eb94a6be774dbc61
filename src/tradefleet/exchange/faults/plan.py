"""The plan: rules in force, asked about every request and every message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from tradefleet.exchange.faults.answers import TooManyRequests
from tradefleet.exchange.faults.kinds import MessageFault, RequestFault
from tradefleet.exchange.faults.message_faults import Message, MessageForm
from tradefleet.exchange.faults.request_form import Request, RequestForm
from tradefleet.exchange.faults.rules import Rule, Struck, read_rule
from tradefleet.market.errors import ParameterError
from tradefleet.market.time import SECOND

F = TypeVar("F", RequestFault, MessageFault)


@dataclass(slots=True)
class _InForce:
    """A rule at work. It draws from a source of its own, so that rules do not change one another."""

    read: Struck
    random: Random
    seen: int = 0
    struck: int = 0
    # After a 429, when callers may come back; and who came before.
    quiet_until: int = 0
    too_early: int = 0

    def strikes(self, clocks: Mapping[str, int]) -> bool:
        """Count a match and tell whether it is one to strike."""
        when, span = self.read.rule.when, self.read.span
        if span is not None and not span[0] <= clocks[when.clock] < span[1]:
            return False
        self.seen += 1
        if not when.counts(self.seen, self.struck):
            return False
        if when.probability < 1 and self.random.random() >= when.probability:
            return False
        self.struck += 1
        return True


@dataclass(frozen=True, slots=True)
class Faults:
    """Rules in force. Same rules, seed and questions: same faults.

    `clock` is the door's and `market_clock` the market's (the door's too, where it is not given), in UTC nanoseconds.

    >>> faults = Faults([Rule(what="cut_after")], Random(1), lambda: 0)
    >>> faults.on_request("POST", "/api/v3/order", "ann", {}).cut
    'after'
    """

    rules: Iterable[Rule]
    random: Random
    clock: Callable[[], int]
    market_clock: Callable[[], int] | None = None
    _in_force: dict[str, _InForce] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rule in self.rules:
            self.add(rule)

    @property
    def idle(self) -> bool:
        """Whether no rule is in force."""
        return not self._in_force

    def add(self, rule: Rule) -> str:
        """Put a rule in force and tell its name.

        Raises ParameterError for one that does not fit, or whose name is taken.
        """
        read = read_rule(rule)
        name = read.name
        if name in self._in_force:
            if rule.name:
                raise ParameterError(f"a rule {name!r} is in force", where="name", cure="choose another, or remove it")
            name = next(made for number in range(2, len(self._in_force) + 3) if self._free(made := f"{name}-{number}"))
        self._in_force[name] = _InForce(read, Random(self.random.getrandbits(64)))
        return name

    def _free(self, name: str) -> bool:
        return name not in self._in_force

    def remove(self, name: str) -> None:
        """End a rule; raises ParameterError for an unknown one."""
        if self._in_force.pop(name, None) is None:
            known = ", ".join(self._in_force) or "none"
            raise ParameterError(f"no rule {name!r} is in force", where="name", cure=f"there are: {known}")

    def clear(self) -> None:
        """End all rules."""
        self._in_force.clear()

    def listed(self) -> list[dict[str, object]]:
        """The rules in force with what they have seen and struck, and how many callers came before Retry-After."""
        return [
            {
                "name": name,
                "rule": rule.read.rule,
                "seen": rule.seen,
                "struck": rule.struck,
                "too_early": rule.too_early,
            }
            for name, rule in self._in_force.items()
        ]

    @property
    def too_early(self) -> int:
        """How many requests came before the time that a 429 had told."""
        return sum(rule.too_early for rule in self._in_force.values())

    def on_request(
        self, method: str, path: str, account: str | None, parameters: Mapping[str, str]
    ) -> RequestFault | None:
        """What happens to a request, None for nothing.

        Delays of several rules add up; of what only one can have its way, the first rule has.
        """
        if not self._in_force:
            return None
        request, clocks = Request(method, path, self.clock()), self._clocks()
        fault: RequestFault | None = None
        for rule in self._in_force.values():
            form = rule.read.fault
            if not isinstance(form, RequestForm):
                continue
            more = self._quiet(rule, form, request, account)
            if more is None and rule.read.of_request(request, account) and rule.strikes(clocks):
                more = form.fault(request, rule.random)
                if isinstance(form, TooManyRequests):
                    rule.quiet_until = request.now + form.seconds * SECOND
            fault = _both(fault, more)
        return fault

    def on_message(self, kind: str, stream: str, account: str | None) -> MessageFault | None:
        """What happens to a message of a "market" or "user" stream on one connection, None for nothing."""
        if not self._in_force:
            return None
        message, clocks = Message(kind, stream, self.clock()), self._clocks()
        fault: MessageFault | None = None
        for rule in self._in_force.values():
            form = rule.read.fault
            if isinstance(form, MessageForm) and rule.read.of_message(message, account) and rule.strikes(clocks):
                fault = _both(fault, form.fault(message, rule.random))
        return fault

    def _clocks(self) -> dict[str, int]:
        now = self.clock()
        return {"wire": now, "market": now if self.market_clock is None else self.market_clock()}

    @staticmethod
    def _quiet(rule: _InForce, form: RequestForm, request: Request, account: str | None) -> RequestFault | None:
        """The refusal of a caller that comes before the time it was told, whatever it asks for."""
        left = rule.quiet_until - request.now
        if left <= 0 or not isinstance(form, TooManyRequests) or not rule.read.of_caller(request, account):
            return None
        rule.too_early += 1
        return RequestFault(answer=form.refusal(request, -(-left // SECOND)))


def _both(first: F | None, second: F | None) -> F | None:
    if first is None or second is None:
        return first or second
    return first.also(second)
