"""When and where rules strike."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.exchange.faults.kinds import MessageFault, RequestFault
from tradefleet.exchange.faults.plan import Faults
from tradefleet.exchange.faults.rules import Rule, When
from tradefleet.market.errors import ParameterError
from tradefleet.market.time import SECOND, parse_time

ORDER = "/api/v3/order"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


def plan(*rules: Rule, seed: int = 1, clock: Clock | None = None) -> Faults:
    return Faults(rules, Random(seed), clock or Clock())


def strikes(faults: Faults, count: int, path: str = ORDER) -> list[int]:
    """Which of so many orders are struck, from 1."""
    return [n for n in range(1, count + 1) if faults.on_request("POST", path, "ann", {}) is not None]


@pytest.mark.parametrize(
    ("when", "struck"),
    [
        (When(), [1, 2, 3, 4, 5, 6, 7, 8]),
        (When(first=2), [1, 2]),
        (When(after=3), [4, 5, 6, 7, 8]),
        (When(every=3), [1, 4, 7]),
        (When(after=1, every=3), [2, 5, 8]),
        (When(times=1), [1]),
        (When(after=2, first=3, every=2), [3, 5]),
        (When(after=1, every=2, times=2), [2, 4]),
        (When(probability=0), []),
    ],
)
def test_a_rule_strikes_by_count(when: When, struck: list[int]) -> None:
    assert strikes(plan(Rule(what="cut_after", when=when)), 8) == struck


def test_probability_is_the_share_that_is_struck() -> None:
    struck = strikes(plan(Rule(what="cut_after", when=When(probability=0.1))), 5_000)
    assert 400 < len(struck) < 600


@given(seed=st.integers(0, 2**32), share=st.floats(0.05, 0.95))
def test_the_same_seed_gives_the_same_faults(seed: int, share: float) -> None:
    def run() -> list[RequestFault | None]:
        rules = (
            Rule(what="unknown_error", when=When(probability=share)),
            Rule(what="latency", where="*", with_={"seconds": 1, "jitter": 1}),
        )
        faults = plan(*rules, seed=seed)
        return [faults.on_request("POST", ORDER, "ann", {}) for _ in range(20)]

    assert run() == run()


def test_another_seed_gives_other_faults() -> None:
    rule = Rule(what="cut_after", when=When(probability=0.5))
    assert strikes(plan(rule, seed=1), 100) != strikes(plan(rule, seed=2), 100)


def test_rules_do_not_change_one_another() -> None:
    half = Rule(what="cut_after", when=When(probability=0.5))
    alone = strikes(plan(half), 100)
    faults = plan(half, Rule(what="latency", where="GET /nowhere", when=When(probability=0.5)))
    struck = []
    for number in range(1, 101):
        faults.on_request("GET", "/nowhere", "ann", {})
        if faults.on_request("POST", ORDER, "ann", {}) is not None:
            struck.append(number)
    assert struck == alone


@pytest.mark.parametrize(
    ("rule", "method", "path", "account", "struck"),
    [
        (Rule(what="latency", where="POST /api/v3/order"), "POST", ORDER, "ann", True),
        (Rule(what="latency", where="POST /api/v3/order"), "DELETE", ORDER, "ann", False),
        (Rule(what="latency", where="* /fapi/*"), "GET", "/fapi/v1/time", None, True),
        (Rule(what="latency", where="* /fapi/*"), "GET", "/api/v3/time", None, False),
        (Rule(what="latency", where=["GET /api/v3/time", "GET /fapi/*"]), "GET", "/fapi/v1/time", None, True),
        (Rule(what="latency", where="*"), "GET", "/anything", None, True),
        (Rule(what="latency"), "GET", "/anything", None, True),
        (Rule(what="latency", market="perpetual"), "GET", "/fapi/v3/account", "ann", True),
        (Rule(what="latency", market="perpetual"), "GET", "/api/v3/account", "ann", False),
        (Rule(what="latency", market="spot"), "GET", "/sapi/v1/capital/config/getall", "ann", True),
        (Rule(what="latency", account="bob"), "POST", ORDER, "ann", False),
        (Rule(what="latency", account="bob"), "POST", ORDER, "bob", True),
        (Rule(what="latency", account="bob"), "GET", "/api/v3/time", None, False),
        (Rule(what="cut_after"), "POST", ORDER, "ann", True),
        (Rule(what="cut_after"), "POST", "/api/v3/orderList/oco", "ann", True),
        (Rule(what="cut_after"), "POST", "/fapi/v1/algoOrder", "ann", True),
        (Rule(what="cut_after"), "POST", "/fapi/v1/batchOrders", "ann", True),
        (Rule(what="cut_after"), "GET", ORDER, "ann", False),
        (Rule(what="cut_after"), "POST", "/fapi/v1/leverage", "ann", False),
        (Rule(what="not_found_yet"), "GET", ORDER, "ann", True),
        (Rule(what="not_found_yet"), "GET", "/api/v3/openOrders", "ann", True),
        (Rule(what="not_found_yet"), "GET", "/fapi/v1/openAlgoOrders", "ann", True),
        (Rule(what="not_found_yet"), "GET", "/api/v3/depth", "ann", False),
        (Rule(what="fills_before_cancel"), "DELETE", "/fapi/v1/algoOrder", "ann", True),
        (Rule(what="fills_before_cancel"), "GET", ORDER, "ann", False),
    ],
)
def test_a_rule_strikes_where_it_says(rule: Rule, method: str, path: str, account: str | None, struck: bool) -> None:
    assert (plan(rule).on_request(method, path, account, {}) is not None) is struck


@pytest.mark.parametrize(
    ("rule", "kind", "stream", "account", "struck"),
    [
        (Rule(what="dropped"), "market", "btcusdt@trade", None, True),
        (Rule(what="dropped"), "user", "executionReport", "ann", True),
        (Rule(what="dropped", where="user"), "market", "btcusdt@trade", None, False),
        (Rule(what="dropped", where="user"), "user", "executionReport", "ann", True),
        (Rule(what="dropped", where="user", account="bob"), "user", "executionReport", "ann", False),
        (Rule(what="dropped", where="market *@kline_*"), "market", "ethusdt@kline_5m", None, True),
        (Rule(what="dropped", where="market *@kline_*"), "market", "ethusdt@trade", None, False),
        (Rule(what="terminated"), "market", "ethusdt@trade", None, False),
        (Rule(what="terminated"), "user", "ORDER_TRADE_UPDATE", "ann", True),
    ],
)
def test_a_rule_of_messages_strikes_where_it_says(
    rule: Rule, kind: str, stream: str, account: str | None, struck: bool
) -> None:
    assert (plan(rule).on_message(kind, stream, account) is not None) is struck


def test_rules_of_requests_and_of_messages_keep_to_themselves() -> None:
    faults = plan(Rule(what="latency"), Rule(what="dropped"))
    assert faults.on_message("market", "btcusdt@trade", None) == MessageFault(drop=True)
    assert faults.on_request("GET", "/api/v3/time", None, {}) == RequestFault(delay_before=0.25, delay_after=0.25)


@pytest.mark.parametrize("clock", ["market", "wire"])
def test_a_rule_strikes_within_its_times(clock: Any) -> None:
    door, market = Clock(), Clock()
    moving = door if clock == "wire" else market
    when = When(since="2024-01-01T00:01Z", until="2024-01-01T00:02Z", clock=clock)
    faults = Faults([Rule(what="cut_after", when=when)], Random(1), door, market)
    start, found = parse_time("2024-01-01"), []
    for seconds in (59, 60, 119, 120):
        moving.now = start + seconds * SECOND
        found.append(faults.on_request("POST", ORDER, "ann", {}) is not None)
    assert found == [False, True, True, False]


def test_delays_add_up_and_the_first_rule_has_its_way() -> None:
    faults = plan(
        Rule(what="answer_lost", with_={"seconds": 5}),
        Rule(what="latency", with_={"seconds": 2}),
        Rule(what="cut_after"),
        Rule(what="lost_before"),
    )
    fault = faults.on_request("POST", ORDER, "ann", {})
    assert fault == RequestFault(delay_before=1.0, delay_after=6.0, cut="after")


def test_whoever_comes_before_retry_after_is_refused_and_counted() -> None:
    clock = Clock()
    faults = plan(Rule(what="too_many_requests", where="GET *", when=When(first=1), market="spot"), clock=clock)
    first = faults.on_request("GET", "/api/v3/time", "ann", {})
    clock.now = 3 * SECOND
    early = faults.on_request("POST", ORDER, "ann", {})
    other_market = faults.on_request("GET", "/fapi/v1/time", "ann", {})
    clock.now = 7 * SECOND
    late = faults.on_request("POST", ORDER, "ann", {})
    assert first is not None and first.answer is not None and first.answer.headers == {"Retry-After": "7"}
    assert early is not None and early.answer is not None and early.answer.headers == {"Retry-After": "4"}
    assert (other_market, late, faults.too_early) == (None, None, 1)


def test_rules_can_be_added_listed_and_removed_while_running() -> None:
    faults = plan()
    assert strikes(faults, 2) == [] and faults.idle
    assert [faults.add(Rule(what="cut_after", name="mine")), faults.add(Rule(what="latency"))] == ["mine", "latency"]
    assert faults.add(Rule(what="latency")) == "latency-2"
    strikes(faults, 3)
    assert not faults.idle
    assert [(each["name"], each["seen"], each["struck"]) for each in faults.listed()] == [
        ("mine", 3, 3),
        ("latency", 3, 3),
        ("latency-2", 3, 3),
    ]
    faults.remove("mine")
    assert [each["name"] for each in faults.listed()] == ["latency", "latency-2"]
    faults.clear()
    assert strikes(faults, 2) == [] and faults.idle


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule(what="latencyy"), "there is no fault 'latencyy', in the rule; did you mean 'latency'?"),
        (Rule(what="latency", with_={"second": 1}), "latency has no parameter 'second', in the rule; did you mean"),
        (Rule(what="cut_after", with_={"seconds": 1}), "cut_after has no parameter 'seconds', in the rule; it has no"),
        (Rule(what="latency", with_={"seconds": -1}), "Expected `float` >= 0"),
        (Rule(what="latency", where="/api/v3/order"), 'such as "POST /api/v3/order"'),
        (Rule(what="dropped", where="POST /api/v3/order"), 'write "market", "user"'),
        (Rule(what="dropped", market="spot"), "fault of messages"),
        (Rule(what="latency", when=When(since="yesterday")), "since is 'yesterday', not a date"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(rule: Rule, said: str) -> None:
    with pytest.raises(ParameterError) as error:
        plan(rule)
    assert said in str(error.value)


def test_a_name_is_taken_once_and_an_unknown_one_cannot_be_removed() -> None:
    faults = plan(Rule(what="latency", name="slow"))
    with pytest.raises(ParameterError, match="'slow' is in force"):
        faults.add(Rule(what="latency", name="slow"))
    with pytest.raises(ParameterError, match="there are: slow"):
        faults.remove("fast")
