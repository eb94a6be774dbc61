"""The command `exchange serve`, as a process: what it tells, how it ends, and what it refuses."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import select
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import ccxt.async_support
import pytest
from tests.cli.conftest import Command
from tests.cli.test_errors import refused

from tradefleet.cli.loop import run_loop
from tradefleet.exchange.connect import connect, session
from tradefleet.market.generate import generate_bars
from tradefleet.storage.catalog import export

_STARTS, _ENDS = 60.0, 3.0


class Served:
    """A running command: what it told in JSON and in words."""

    def __init__(self, process: subprocess.Popen[str], facts: dict[str, Any], told: str) -> None:
        self.process, self.facts, self.told = process, facts, told
        self.port: int = facts["port"]
        self.authority: str = facts["authority"]
        self.keys: tuple[str, str] = (facts["accounts"][0]["key"], facts["accounts"][0]["secret"])

    def stop(self, how: int = signal.SIGTERM) -> tuple[int, str, str, float]:
        """Exit code, the rest of its output, its errors, and how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err, time.monotonic() - began


@contextmanager
def serving(folder: Path, *words: object) -> Iterator[Served]:
    """The command on a free port, in a home of its own, from when it has told everything until it is ended."""
    facts = folder / "facts.json"
    command = [sys.executable, "-m", "tradefleet", "exchange", "serve", "--port", "0", "--json", str(facts)]
    with subprocess.Popen(
        [*command, *(str(word) for word in words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TRADEFLEET_HOME": str(folder / "home")},
    ) as process:
        try:
            latest = time.monotonic() + _STARTS
            while not facts.exists() and process.poll() is None and time.monotonic() < latest:
                time.sleep(0.05)
            if not facts.exists():
                process.kill()
                pytest.fail(str(process.communicate()))
            assert process.stdout is not None
            # Everything was told before the file was written: the pipe has it.
            assert select.select([process.stdout], [], [], 5.0)[0], "it tells nothing while it runs"
            told = os.read(process.stdout.fileno(), 1 << 20).decode()
            yield Served(process, json.loads(facts.read_text()), told)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A generated market."""
    with serving(tmp_path_factory.mktemp("generated"), "--data", "generated", "--seed", 3) as served:
        yield served


def test_it_tells_url_authority_keys_and_a_snippet(generated: Served) -> None:
    assert generated.facts["url"] == f"https://127.0.0.1:{generated.port}"
    assert len(generated.facts["accounts"]) == 2
    for told in (generated.facts["url"], generated.authority, *generated.keys, "account2"):
        assert told in generated.told
    assert "PRIVATE KEY" not in Path(generated.authority).read_text()


def _snippet(told: str) -> str:
    lines = told.split("connect CCXT (pip install ccxt):\n\n")[1].rstrip("\n")
    assert len([line for line in lines.splitlines() if line]) == 5
    return lines + "\n"


def test_the_snippet_runs_as_a_file(generated: Served, tmp_path: Path) -> None:
    file = tmp_path / "snippet.py"
    file.write_text(_snippet(generated.told))
    ran = subprocess.run([sys.executable, file], capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "'USDT': 100000.0" in ran.stdout


def test_the_snippet_can_be_pasted(generated: Served) -> None:
    pasted = _snippet(generated.told)
    ran = subprocess.run([sys.executable, "-i"], input=pasted, capture_output=True, text=True, check=False, timeout=60)
    assert "'USDT': 100000.0" in ran.stdout
    assert "Error" not in ran.stderr


def test_same_seed_same_keys(generated: Served, tmp_path: Path) -> None:
    with serving(tmp_path, "--seed", 3, "--accounts", 3) as again:
        assert again.facts["accounts"][:2] == generated.facts["accounts"]
        assert len(again.facts["accounts"]) == 3


def test_other_machines_need_the_token_it_tells(generated: Served, tmp_path: Path) -> None:
    async def control(served: Served, token: str) -> int:
        headers = {"X-Control-Token": token} if token else {}
        context = ssl.create_default_context(cafile=served.authority)
        async with aiohttp.ClientSession() as client:
            url = f"https://localhost:{served.port}/control/clock"
            async with client.get(url, headers=headers, ssl=context) as answer:
                return answer.status

    assert generated.facts["control_token"] is None
    assert asyncio.run(control(generated, "")) == 200
    with serving(tmp_path, "--host", "0.0.0.0") as served:
        token = served.facts["control_token"]
        assert len(token) >= 40 and token in served.told
        assert asyncio.run(control(served, "")) == 401
        assert asyncio.run(control(served, token)) == 200


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_also_with_clients(tmp_path: Path, how: signal.Signals) -> None:
    async def come_and_watch(served: Served) -> tuple[int, str, str, float]:
        context = ssl.create_default_context(cafile=served.authority)
        idle = await asyncio.open_connection("127.0.0.1", served.port, ssl=context, server_hostname="localhost")
        halfway = await asyncio.open_connection("127.0.0.1", served.port)
        async with session(served.port, served.authority) as client:
            async with client.get("https://api.binance.com/api/v3/time") as answer:
                assert answer.status == 200
            async with client.ws_connect("wss://stream.binance.com:9443/ws/btcusdt@trade") as stream:
                ended = await asyncio.to_thread(served.stop, how)
                messages = [message.type async for message in stream]
                assert aiohttp.WSMsgType.ERROR not in messages
        for _, writer in (idle, halfway):
            writer.close()
        return ended

    with serving(tmp_path) as served:
        code, out, err, seconds = asyncio.run(come_and_watch(served))
    assert (code, out.strip(), err) == (0, "stopped", "")
    assert seconds < _ENDS


@pytest.fixture(autouse=True)
def _no_serving_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that should have refused, but serves, is ended."""

    def run_shortly(main: Coroutine[Any, Any, Any]) -> None:
        run_loop(asyncio.wait_for(main, 5.0))

    monkeypatch.setattr("tradefleet.cli.exchange.run_loop", run_shortly)


def test_a_taken_port_is_one_line(command: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(command, "exchange", "serve", "--port", port, says=(f"127.0.0.1:{port}", "in use", "another port"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--data", "nothing.csv"), ("nothing.csv", "generated", "catalog")),
        (("--data", "catalog"), ("no symbol", "--symbol")),
        (("--data", "catalog", "--symbol", "NO/USD"), ("NO/USD",)),
        (("--speed", "quick"), ("'quick'", "step, max")),
        (("--speed", "-1"), ("-1", "step, max")),
        (("--hold", "-5"), ("hold",)),
        (("--faults", "nowhere.toml"), ("nowhere.toml", "TOML")),
        (("--deposit", "USDT"), ("'USDT'", "USDT=100000")),
        (("--deposit", "USDT=many"), ("many",)),
        (("--deposit", "USDT=-5"), ("USDT=-5",)),
        (("--accounts", "0"), ("accounts", "1 to 1,000")),
        (("--count", "0"), ("count",)),
        (("--funding", "much"), ("'much'",)),
        (("--start", "yesterday"), ("yesterday",)),
        (("--port", "99999"), ("port", "99999")),
        (("--slippage", "2"), ("slippage",)),
        (("--participation", "-1"), ("participation",)),
        (("--keep", "-1"), ("keep",)),
        (("--fees-in", "gold"), ("gold",)),
    ],
)
def test_what_is_wrong_is_one_line(command: Command, words: tuple[str, ...], says: tuple[str, ...]) -> None:
    free = ("--port", "0") if "--port" not in words else ()
    refused(command, "exchange", "serve", *free, *words, says=says)


def test_a_fault_that_is_unknown_names_the_file_and_the_rule(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text('[[fault]]\nwhat = "latency"\n\n[[fault]]\nwhat = "latencies"\n')
    refused(command, "exchange", "serve", "--faults", file, says=("faults.toml, fault 2", "latencies", "latency"))


def test_a_broken_authority_names_the_cure(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "exchange"
    folder.mkdir(parents=True)
    (folder / "authority.pem").write_text("nonsense")
    refused(command, "exchange", "serve", "--port", "0", says=("authority", "delete the folder"))


async def _ask(served: Served) -> tuple[dict[str, Any], list[Any], dict[str, Any]]:
    """The markets, candles of the first one, and what the key may do."""
    async with connect(ccxt.async_support.binance, served.port, served.authority, *served.keys) as client:
        markets = await client.load_markets()
        first = next(iter(markets))
        candles = await client.fetch_ohlcv(first, "1m", limit=3)
        return markets, candles, await client.sapi_get_account_apirestrictions()


def test_a_file_of_bars_is_served(tmp_path: Path) -> None:
    bars = generate_bars("1m", days=1, seed=5, symbol="GEN/USD")
    file = export(bars, tmp_path / "bars.csv")
    words = ("--data", file, "--symbol", "GEN/USDT", "--speed", "step", "--withdrawals", "--deposit", "GEN=2")
    with serving(tmp_path, *words) as served:
        markets, candles, restrictions = asyncio.run(_ask(served))
    assert {"GEN/USDT", "GEN/USDT:USDT"} <= set(markets)
    assert candles[-1][0] // 60_000 * 60_000 == candles[-1][0]
    closes = bars.close.tolist()
    assert all(candle[4] in closes for candle in candles)
    assert restrictions["enableWithdrawals"] is True


def test_the_catalog_is_served(tmp_path: Path, prices: Path) -> None:
    words = ["data", "import", str(prices), "--symbol", "GEN/USD", "--timeframe", "1h"]
    environment = {**os.environ, "TRADEFLEET_HOME": str(tmp_path / "home")}
    subprocess.run([sys.executable, "-m", "tradefleet", *words], check=True, env=environment, capture_output=True)
    more = ("--data", "catalog", "--symbol", "GEN/USD", "--timeframe", "1h", "--speed", "step")
    with serving(tmp_path, *more) as served:
        markets, _, restrictions = asyncio.run(_ask(served))
    assert "GEN/USD" in markets
    assert restrictions["enableWithdrawals"] is False


def _recording(file: Path) -> Path:
    """A few recorded messages: a book, then trades."""
    began = 1_723_161_253_000_000_000
    lines = []
    for number in range(20):
        received = began + number * 10**9
        event = received // 10**6
        top = {
            "e": "bookTicker",
            "u": 100 + number,
            "s": "BTCUSDT",
            "b": "60000.00",
            "B": "5",
            "a": "60000.10",
            "A": "5",
        }
        trade = {
            "e": "trade",
            "E": event,
            "s": "BTCUSDT",
            "t": number + 1,
            "p": "60000.10",
            "q": "0.5",
            "T": event,
            "m": False,
        }
        lines += [f"{received} {json.dumps(top | {'E': event})}", f"{received + 1000} {json.dumps(trade)}"]
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    return file


def test_recorded_messages_are_served(tmp_path: Path) -> None:
    with serving(tmp_path, "--data", _recording(tmp_path / "messages.gz"), "--speed", "step") as served:
        markets, _, _ = asyncio.run(_ask(served))
    assert "BTC/USDT" in markets
