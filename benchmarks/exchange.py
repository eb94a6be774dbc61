"""The local exchange under load: order requests, market messages, order events, each from processes of their own."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.exchange_load.served import Served, cpu_seconds, served
from benchmarks.report import Check, Report

NAME = "exchange"
ROUNDS = 3
SYMBOL = "BTCUSDT"

ORDERS, ORDER_SECONDS, ORDER_CONNECTIONS = 3_000, 5.0, 8
MESSAGES, MESSAGE_SECONDS, SUBSCRIBERS, SYMBOLS = 50_000, 5.0, 10, 40
STREAMS = ("trade", "aggTrade", "bookTicker", "kline_1m")
EVENTS, EVENT_SECONDS, WARM_UP_SECONDS = 10_000, 60, 10
# How late the last of a burst may be.
LATE = 0.01
START_SECONDS, START_MB, GROWTH_MB = 1.5, 100, 5
# Ended orders and fills the server remembers: few, so that it has as many as it will ever have after the warm-up.
KEEP = 20_000
# Deep enough in its own queue that no generated bar comes near.
AWAY = 0.8


def run() -> Report:
    """Medians of three for all but the burst, which is measured once, for a minute."""
    report = Report("The local exchange under load")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Of the first start, which makes the authority's key, nothing is counted.
        with served(folder):
            pass
        with served(folder, "--speed", "step", "--keep", str(KEEP), "--deposit", "USDT=1000000000") as server:
            _start(report, server)
            _order_requests(report, server)
            _order_events(report, server)
        with served(folder, "--speed", "step", "--count", str(SYMBOLS)) as server:
            _market_messages(report, server)
    return report


def _start(report: Report, server: Served) -> None:
    cpu, memory = server.cpu_seconds(), server.rss_mb()
    report.facts |= {"start_seconds": server.start_seconds, "start_cpu_seconds": cpu, "start_mb": memory}
    report.notes.append(f"start: {server.start_seconds:.2f} s, {cpu:.2f} s of processor time, {memory:.0f} MB")
    report.checks.append(Check("start to url, s", server.start_seconds, START_SECONDS))
    report.checks.append(Check("memory after the start, MB", memory, START_MB))


def _order_requests(report: Report, server: Served) -> None:
    last = float(server.ask("GET", f"/api/v3/ticker/price?symbol={SYMBOL}")["price"])
    order = {"key": server.account["key"], "secret": server.account["secret"], "price": str(int(last * AWAY))}
    ours, floors = [], []
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.exchange_load.floor"], stdout=subprocess.PIPE, text=True
    ) as floor:
        port = 0 if floor.stdout is None else int(floor.stdout.readline())
        for _ in range(ROUNDS):
            ours.append(_load_orders({**order, "port": server.port}, server.cpu_seconds))
            floors.append(_load_orders({**order, "port": port}, lambda: cpu_seconds(floor.pid)))
        floor.kill()
    rate, bare = (median(each["requests_a_second"] for each in runs) for runs in (ours, floors))
    for what, runs in (("order requests, signed", ours), ("bare aiohttp, the same client", floors)):
        report.rows.append(_row(what, *_medians(runs, "requests_a_second", "cpu_us", "median_ms", "p99_ms")))
    refused = sum(sum(each["refused"].values()) for each in ours)
    report.facts |= {"orders": ours, "floor": floors, "orders_of_floor": rate / bare}
    report.notes.append(f"order requests: {rate / bare:.0%} of what aiohttp alone can answer")
    report.checks.append(Check("order requests a second", rate, ORDERS, at_least=True))
    report.checks.append(Check("order requests refused", refused, 0))


def _load_orders(settings: dict[str, Any], cpu: Callable[[], float]) -> dict[str, Any]:
    before = cpu()
    told = _run("orders", {**settings, "connections": ORDER_CONNECTIONS, "seconds": ORDER_SECONDS})
    told["cpu_us"] = 1e6 * (cpu() - before) / told["answered"]
    return told


def _market_messages(report: Report, server: Served) -> None:
    symbols = [each["symbol"] for each in server.ask("GET", "/api/v3/ticker/price")]
    names = "/".join(f"{symbol.lower()}@{stream}" for symbol in symbols for stream in STREAMS)
    runs = [_count_messages(server, f"/stream?streams={names}") for _ in range(ROUNDS)]
    rate, cpu = _medians(runs, "messages_a_second", "cpu_us")
    uneven = sum(len(set(each["total"])) - 1 + len(each["ended"]) for each in runs)
    report.rows.append(_row(f"market messages, {SUBSCRIBERS} subscribers", rate, cpu))
    report.facts["messages"] = runs
    report.checks.append(Check("market messages a second", rate, MESSAGES, at_least=True))
    report.checks.append(Check("subscribers that got another number of messages, or were cut off", uneven, 0))


def _count_messages(server: Served, path: str) -> dict[str, Any]:
    """The market goes as fast as it can while everybody is connected, and stands at the end, so that all get all."""
    settings = {
        "port": server.port, "host": "stream.binance.com", "path": path, "messages": [], "connections": SUBSCRIBERS,
        "settle": 0.5, "seconds": MESSAGE_SECONDS, "drain": 3.0,
    }  # fmt: skip
    client = _started("subscribers", settings)
    before = server.cpu_seconds()
    server.ask("POST", "/control/clock", {"speed": "max"})
    time.sleep(MESSAGE_SECONDS + 1.0)
    server.ask("POST", "/control/clock", {"speed": "step"})
    used = server.cpu_seconds() - before
    told = _ended(client)
    told["cpu_us"] = 1e6 * used / sum(told["total"])
    return told


def _order_events(report: Report, server: Served) -> None:
    _burst(server, WARM_UP_SECONDS)
    # Asked for before memory is looked at: the answer is long.
    postings = _truth(server)["postings_so_far"]
    settings = {
        "port": server.port, "host": "ws-api.binance.com", "path": "/ws-api/v3", "messages": [_subscription(server)],
        "connections": 1, "reports": True, "seconds": None, "drain": 1.0,
    }  # fmt: skip
    client = _started("subscribers", settings)
    before, warm = server.cpu_seconds(), server.rss_mb()
    told = _burst(server, EVENT_SECONDS)
    cpu_us = 1e6 * (server.cpu_seconds() - before) / told["fills"]
    end, heard, truth = server.rss_mb(), _ended(client, stop=True), _truth(server)
    last = truth["accounts"][server.account["name"]]["fills"][-1]["trade"]
    rate, booked = told["fills"] / told["seconds"], truth["postings_so_far"] - postings
    lost = abs(told["fills"] - heard["fills"][0]) + heard["wrong"][0] + abs(booked - told["fills"])
    lost += abs(last - heard["last_trade"][0])
    report.rows.append(_row(f"order events, {EVENT_SECONDS} s", rate, cpu_us))
    report.facts["events"] = {**told, "heard": heard, "booked": booked, "memory_mb": [warm, end]}
    report.notes.append(f"{told['fills']:,} fills made, {heard['fills'][0]:,} told, {booked:,} booked")
    report.notes.append(f"memory: {warm:.0f} MB after the warm-up, {end:.0f} MB after the burst")
    report.checks.append(Check("order events a second", rate, EVENTS * (1 - LATE), at_least=True))
    report.checks.append(Check("order events lost, told twice or not booked", lost, 0))
    report.checks.append(Check("memory gained after the warm-up, MB", end - warm, GROWTH_MB))


def _burst(server: Served, seconds: int) -> Any:
    asked: dict[str, object] = {"account": server.account["name"], "symbol": SYMBOL}
    return server.ask("POST", "/control/burst", {**asked, "events": EVENTS * seconds, "per_second": EVENTS})


def _truth(server: Served) -> Any:
    """What the ledger of the spot market says about the account; the postings themselves are left out."""
    newest = 10**17
    return server.ask("GET", f"/control/ledger?account={server.account['name']}&since={newest}")["markets"]["spot"]


def _subscription(server: Served) -> str:
    """The request that opens the account's user stream."""
    key, secret = server.account["key"], server.account["secret"]
    named = {"apiKey": key, "recvWindow": "60000", "timestamp": str(time.time_ns() // 1_000_000)}
    text = "&".join(f"{name}={value}" for name, value in named.items())
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    method = "userDataStream.subscribe.signature"
    return json.dumps({"id": 1, "method": method, "params": {**named, "signature": signature}})


def _started(name: str, settings: dict[str, Any]) -> subprocess.Popen[str]:
    """A client that is connected by now."""
    client = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.exchange_load.{name}", json.dumps(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if client.stdout is None or client.stdout.readline() != "ready\n":
        raise RuntimeError(f"the {name} could not connect")
    return client


def _ended(client: subprocess.Popen[str], *, stop: bool = False) -> dict[str, Any]:
    """What a client has to tell in the end."""
    told: dict[str, Any] = json.loads(client.communicate("stop\n" if stop else None)[0])
    return told


def _run(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", f"benchmarks.exchange_load.{name}", json.dumps(settings)]
    told: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return told


def _medians(runs: list[dict[str, Any]], *names: str) -> list[float]:
    return [median(each[name] for each in runs) for name in names]


def _row(
    what: str, rate: float, cpu_us: float | None, p50_ms: float | None = None, p99_ms: float | None = None
) -> dict[str, object]:
    return {"what": what, "a second": rate, "server CPU, us each": cpu_us, "p50 ms": p50_ms, "p99 ms": p99_ms}
