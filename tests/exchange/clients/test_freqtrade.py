"""freqtrade, as it is, in an environment of its own: it downloads candles and fills a dry-run trade.

Slow, and left out unless it is asked for: `.venv/bin/python -m pytest -m slow tests/exchange/clients`.
"""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.exchange.clients.freqtrade_environment import freqtrade

from tradefleet.exchange.replay.generated import GeneratedMarket
from tradefleet.exchange.serving import Running, Setup, serving

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]
_PATIENCE = 180.0
_STRATEGY = """
from freqtrade.strategy import IStrategy


class Enter(IStrategy):
    timeframe = "1m"
    minimal_roi = {"0": 10}
    stoploss = -0.5
    startup_candle_count = 5

    def populate_indicators(self, frame, metadata):
        return frame

    def populate_entry_trend(self, frame, metadata):
        frame["enter_long"] = 1
        return frame

    def populate_exit_trend(self, frame, metadata):
        return frame
"""


def _configured(folder: Path, url: str, running: Running) -> Path:
    """A folder with a strategy, and a configuration that points freqtrade's CCXT at the exchange."""
    account = running.exchange.accounts["account1"]
    paths = {"public": "api/v3", "private": "api/v3", "v1": "api/v1", "sapi": "sapi/v1"}
    paths |= {"fapiPublic": "fapi/v1", "dapiPublic": "dapi/v1"}
    pricing = {"price_side": "other", "use_order_book": False}
    configuration: dict[str, Any] = {
        "initial_state": "running",
        "dry_run": True,
        "dry_run_wallet": 1_000,
        "max_open_trades": 1,
        "stake_currency": "USDT",
        "stake_amount": 100,
        "trading_mode": "spot",
        "timeframe": "1m",
        "strategy": "Enter",
        "strategy_path": str(folder),
        "user_data_dir": str(folder / "user"),
        "entry_pricing": pricing,
        "exit_pricing": pricing,
        "exchange": {
            "name": "binance",
            "key": account.api_key,
            "secret": account.secret,
            "enable_ws": False,
            "pair_whitelist": ["BTC/USDT"],
            "ccxt_config": {"urls": {"api": {name: f"{url}/{path}" for name, path in paths.items()}}},
        },
        "pairlists": [{"method": "StaticPairList"}],
        "internals": {"process_throttle_secs": 1},
    }
    (folder / "user" / "data").mkdir(parents=True)
    (folder / "enter.py").write_text(_STRATEGY)
    file = folder / "config.json"
    file.write_text(json.dumps(configuration))
    return file


@asynccontextmanager
async def _venue() -> AsyncIterator[tuple[Running, str]]:
    """The exchange at the pace of real time, with a day of history, and its address."""
    async with serving(Setup(GeneratedMarket(seed=7, count=3, days=1, start=time.time_ns()))) as running:
        yield running, f"http://127.0.0.1:{running.port}"


async def test_downloaded_candles_are_those_of_the_exchange(tmp_path: Path) -> None:
    command = await asyncio.to_thread(freqtrade)
    async with _venue() as (running, url):
        file = _configured(tmp_path, url, running)
        words = ["download-data", "-c", file, "--days", "1", "-t", "1m", "--data-format-ohlcv", "json"]
        ran = await asyncio.create_subprocess_exec(
            command, *map(str, words), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        async with asyncio.timeout(_PATIENCE):
            out, _ = await ran.communicate()
        assert ran.returncode == 0, out.decode()[-2_000:]
        (found,) = (tmp_path / "user" / "data").rglob("BTC_USDT-1m.json")
        downloaded = json.loads(found.read_text())
        asked = {"symbol": "BTCUSDT", "interval": "1m", "limit": "1000", "startTime": str(downloaded[0][0])}
        async with aiohttp.ClientSession() as session, session.get(f"{url}/api/v3/klines", params=asked) as answer:
            candles = [[row[0], *map(float, row[1:6])] for row in await answer.json()]
    assert len(downloaded) > 1_000
    assert downloaded[:1_000] == candles


async def _told(output: asyncio.StreamReader, word: str, lines: list[str]) -> bool:
    """Read lines until one has the word; False where it does not come."""
    try:
        async with asyncio.timeout(_PATIENCE):
            async for line in output:
                lines.append(line.decode())
                if word in lines[-1]:
                    return True
    except TimeoutError:
        pass
    return False


async def test_a_dry_run_trade_fills(tmp_path: Path) -> None:
    command = await asyncio.to_thread(freqtrade)
    async with _venue() as (running, url):
        file = _configured(tmp_path, url, running)
        bot = await asyncio.create_subprocess_exec(
            command, "trade", "-c", str(file), "--db-url", "sqlite://",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, limit=1 << 20,
        )  # fmt: skip
        assert bot.stdout is not None
        lines: list[str] = []
        try:
            filled = await _told(bot.stdout, "entry_fill", lines)
            assert filled, "".join(lines[-40:])
            bot.send_signal(signal.SIGINT)
            async with asyncio.timeout(60):
                lines += (await bot.stdout.read()).decode().splitlines()
                await bot.wait()
        finally:
            if bot.returncode is None:
                bot.kill()
                await bot.wait()
    # It breaks its lines where the terminal would end.
    told = " ".join("".join(lines).split())
    assert "LIMIT_BUY has been fulfilled for Trade(id=1, pair=BTC/USDT" in told
    assert "Traceback" not in told
