"""Recorded and documented messages of market streams, from the folder beside the checkout."""

from __future__ import annotations

import gzip
import json
import lzma
from functools import cache
from typing import Any

from tests.exchange.recordings import documented, nautilus
from tests.real_data import shared

_SPOT = "hftbacktest-binance-ws/spot-btcusdt_20240808.gz"
_ENOUGH = 200


@cache
def spot_of_2024() -> dict[str, list[Any]]:
    """Messages of BTCUSDT by the end of their stream's name, up to 200 of each."""
    found: dict[str, list[Any]] = {}
    with gzip.open(shared(_SPOT), "rt") as file:
        for line in file:
            message = json.loads(line.partition(" ")[2])
            if "stream" in message:
                _keep(found, message)
    return found


@cache
def of_2021(name: str) -> dict[str, list[Any]]:
    """Messages of a recorded session by the end of their stream's name, up to 200 of each."""
    found: dict[str, list[Any]] = {}
    with lzma.open(shared(f"payloads/cryptofeed/{name}.xz"), "rt") as file:
        for line in file:
            _, _, text = line.partition(": ")
            if text.startswith("{"):
                _keep(found, json.loads(text))
    return found


def _keep(found: dict[str, list[Any]], message: dict[str, Any]) -> None:
    kept = found.setdefault(message["stream"].partition("@")[2], [])
    if len(kept) < _ENOUGH:
        kept.append(message["data"])


def in_documentation(name: str) -> Any:
    """A documented payload by its file, such as `Spot/ExchangeData/Ticker`."""
    return documented(f"Subscriptions/{name}").answer["data"]


def in_nautilus(name: str) -> Any:
    """A documented payload by the end of its path."""
    found = nautilus(name)
    return found.get("data", found)
