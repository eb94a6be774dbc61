"""What each fault of the catalogue does."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from tradefleet.exchange.faults.catalogue import FAULTS, REQUEST_FAULTS, described
from tradefleet.exchange.faults.kinds import Canned, MessageFault, RequestFault
from tradefleet.exchange.faults.message_faults import MESSAGE_FAULTS
from tradefleet.exchange.faults.plan import Faults
from tradefleet.exchange.faults.rules import Rule

NOW = 1_700_000_000_123_000_000
SPOT, PERPETUAL = "/api/v3/order", "/fapi/v1/order"


def on_request(what: str, path: str = SPOT, seed: int = 1, **parameters: Any) -> RequestFault:
    faults = Faults([Rule(what=what, where="*", with_=parameters)], Random(seed), lambda: NOW)
    fault = faults.on_request("POST", path, "ann", {})
    assert fault is not None
    return fault


def on_message(what: str, kind: str = "market", stream: str = "btcusdt@trade", **parameters: Any) -> MessageFault:
    fault = Faults([Rule(what=what, with_=parameters)], Random(1), lambda: NOW).on_message(kind, stream, "ann")
    assert fault is not None
    return fault


def body(canned: Canned | None) -> Any:
    assert canned is not None
    return json.loads(canned.body)


@pytest.mark.parametrize(
    ("what", "parameters", "fault"),
    [
        ("answer_lost", {"seconds": 30}, RequestFault(delay_after=30)),
        ("cut_after", {}, RequestFault(cut="after")),
        ("lost_before", {}, RequestFault(cut="before")),
        ("lost_before", {"seconds": 12}, RequestFault(delay_before=12, cut="before")),
        ("half_open", {}, RequestFault(delay_before=3600, cut="before")),
        ("report_first", {"seconds": 0.5}, RequestFault(delay_after=0.5)),
        ("cut_json", {}, RequestFault(truncate=True)),
        ("not_found_yet", {"seconds": 2.5}, RequestFault(hide_for=2.5)),
        ("fills_before_cancel", {}, RequestFault(fill_first=True)),
        ("empty", {"executes": 1}, RequestFault(replace=Canned(200, b""))),
        ("empty_object", {"executes": 0}, RequestFault(answer=Canned(200, b"{}"))),
        ("latency", {"seconds": 3}, RequestFault(delay_before=1.5, delay_after=1.5)),
    ],
)
def test_what_becomes_of_a_request(what: str, parameters: dict[str, Any], fault: RequestFault) -> None:
    assert on_request(what, **parameters) == fault


@pytest.mark.parametrize(
    ("what", "path", "parameters", "status", "answer"),
    [
        ("insufficient_balance", SPOT, {}, 400,
         {"code": -2010, "msg": "Account has insufficient balance for requested action."}),
        ("insufficient_margin", PERPETUAL, {}, 400, {"code": -2019, "msg": "Margin is insufficient."}),
        ("reduce_only_rejected", PERPETUAL, {}, 400, {"code": -2022, "msg": "ReduceOnly Order is rejected."}),
        ("would_trigger", PERPETUAL, {}, 400, {"code": -2021, "msg": "Order would immediately trigger."}),
        ("key_revoked", SPOT, {}, 401, {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}),
        ("refused", SPOT, {"code": -1013, "message": "Filter failure: LOT_SIZE"}, 400,
         {"code": -1013, "msg": "Filter failure: LOT_SIZE"}),
        ("service_unavailable", SPOT, {"variant": "-1001"}, 503,
         {"code": -1001, "msg": "Internal error; unable to process your request. Please try again."}),
        ("service_unavailable", SPOT, {"variant": "-1008"}, 503,
         {"code": -1008,
          "msg": "Server is currently overloaded with other requests. Please try again in a few minutes."}),
        ("service_unavailable", PERPETUAL, {"variant": "-1008"}, 503,
         {"code": -1008,
          "msg": "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. "
                 "Please try again."}),
        ("service_unavailable", PERPETUAL, {"variant": "503"}, 503,
         {"timestamp": 1_700_000_000_123, "path": PERPETUAL, "msg": "Service Unavailable."}),
        ("unknown_error", SPOT, {"variant": "-1006", "executes": 0}, 500,
         {"code": -1006,
          "msg": "An unexpected response was received from the message bus. Execution status unknown."}),
        ("unknown_error", SPOT, {"variant": "-1007", "executes": 0}, 504,
         {"code": -1007,
          "msg": "Timeout waiting for response from backend server. Send status unknown; execution status unknown."}),
        ("unknown_error", SPOT, {"variant": "408", "executes": 0}, 408,
         {"code": -1007,
          "msg": "Timeout waiting for response from backend server. Send status unknown; execution status unknown."}),
        ("unknown_error", PERPETUAL, {"variant": "503", "executes": 0}, 503,
         {"timestamp": 1_700_000_000_123, "path": PERPETUAL,
          "msg": "Unknown error, please check your request or try again later."}),
    ],
)  # fmt: skip
def test_refusals_say_what_binance_says(
    what: str, path: str, parameters: dict[str, Any], status: int, answer: dict[str, Any]
) -> None:
    fault = on_request(what, path, **parameters)
    assert fault.replace is None
    assert fault.answer is not None
    assert (fault.answer.status, body(fault.answer)) == (status, answer)


def test_an_ambiguous_failure_may_or_may_not_have_been_executed() -> None:
    faults = [on_request("unknown_error", seed=seed) for seed in range(200)]
    executed = [fault for fault in faults if fault.replace is not None]
    assert 60 < len(executed) < 140
    assert all((fault.replace is None) is (fault.answer is not None) for fault in faults)
    assert {(fault.replace or fault.answer).status for fault in faults} == {500, 504, 408, 503}  # type: ignore[union-attr]


def test_a_ban_tells_when_it_ends_and_shuts_the_address_out() -> None:
    fault = on_request("banned", seconds=300)
    assert fault.ban == 300
    assert fault.answer is not None
    assert (fault.answer.status, fault.answer.headers) == (418, {"Retry-After": "300"})
    assert body(fault.answer)["code"] == -1003
    assert "IP banned until 1700000300123." in body(fault.answer)["msg"]


@pytest.mark.parametrize(("what", "status"), [("html", 200), ("firewall", 403)])
def test_pages_of_html_are_no_json(what: str, status: int) -> None:
    fault = on_request(what)
    canned = fault.answer or fault.replace
    assert canned is not None
    assert (canned.status, canned.content_type) == (status, "text/html")
    with pytest.raises(json.JSONDecodeError):
        json.loads(canned.body)


def test_latency_is_spread_evenly_around_its_middle() -> None:
    drawn = [on_request("latency", seed=seed, seconds=2, jitter=1) for seed in range(200)]
    totals = [fault.delay_before + fault.delay_after for fault in drawn]
    assert 1 <= min(totals) < 1.1
    assert 2.9 < max(totals) <= 3


@pytest.mark.parametrize(
    ("what", "parameters", "fault"),
    [
        ("close", {}, MessageFault(close=1006)),
        ("close", {"code": 1008}, MessageFault(close=1008)),
        ("close", {"code": 1001, "announce": True},
         MessageFault(close=1001, replace=b'{"e":"serverShutdown","E":1700000000123}')),
        ("silent", {"seconds": 5}, MessageFault(freeze=5)),
        ("duplicate", {"times": 2}, MessageFault(duplicate=2)),
        ("late", {"seconds": 0.5}, MessageFault(delay=0.5)),
        ("reordered", {"by": 3}, MessageFault(hold_back=3)),
        ("dropped", {}, MessageFault(drop=True)),
        ("burst", {"messages": 10}, MessageFault(batch=10)),
    ],
)  # fmt: skip
def test_what_becomes_of_a_message(what: str, parameters: dict[str, Any], fault: MessageFault) -> None:
    assert on_message(what, **parameters) == fault


def test_a_users_events_end() -> None:
    assert on_message("terminated", "user", "executionReport") == MessageFault(terminate=True)


def test_malformed_messages_are_what_they_are_called() -> None:
    broken = on_message("malformed", variant="bad_json").replace
    assert broken is not None
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken)
    unknown = on_message("malformed", variant="unknown_event").replace
    assert unknown is not None
    assert json.loads(unknown)["e"] == "somethingNew"


@pytest.mark.parametrize(
    ("kind", "stream", "event"),
    [
        ("market", "btcusdt@trade", "trade"),
        ("market", "btcusdt@kline_1m", "kline"),
        ("market", "btcusdt@depth20@100ms", "depthUpdate"),
        ("market", "btcusdt@ticker", "24hrTicker"),
        ("user", "executionReport", "executionReport"),
        ("user", "ORDER_TRADE_UPDATE", "ORDER_TRADE_UPDATE"),
    ],
)
def test_a_message_with_nulls_looks_like_those_of_its_stream(kind: str, stream: str, event: str) -> None:
    sent = on_message("malformed", kind, stream, variant="null_field").replace
    assert sent is not None
    message = json.loads(sent)
    inner = message["event"] if event == "executionReport" else message
    assert (inner["e"], inner["p"]) == (event, None)


def test_every_fault_can_be_had_with_its_defaults_and_is_described() -> None:
    for what in FAULTS:
        rule = Rule(what=what, where="*")
        faults = Faults([rule], Random(1), lambda: NOW)
        asked = (faults.on_request("POST", SPOT, "ann", {}), faults.on_message("user", "executionReport", "ann"))
        assert (asked[0] is None) is (what in MESSAGE_FAULTS), what
        assert (asked[1] is None) is (what in REQUEST_FAULTS), what
    assert {str(each["what"]) for each in described()} == set(FAULTS)
    assert all(each["does"] and each["where"] for each in described())
