"""Recorded and documented answers of Binance, from the folder beside the checkout."""

from __future__ import annotations

import json
import lzma
import tarfile
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.real_data import shared

_ROUTES = "payloads/gocryptotrader-binance-http.json.xz"
_DOCUMENTED = "payloads/binance-net-request-response-fixtures.tar.xz"
_NAUTILUS = "payloads/nautilus-binance-fixtures.tar.xz"


def recorded(method: str, path: str) -> list[Any]:
    """Bodies that were recorded from Binance for one method of one path; those of errors and empty ones left out."""
    bodies = [entry["data"] for entry in _routes()[path][method]]
    return [body for body in bodies if body and not (isinstance(body, dict) and "code" in body)]


@cache
def _routes() -> dict[str, dict[str, list[dict[str, Any]]]]:
    with lzma.open(shared(_ROUTES)) as file:
        found: dict[str, dict[str, list[dict[str, Any]]]] = json.load(file)["routes"]
    return found


@dataclass(frozen=True, slots=True)
class Documented:
    """A documented exchange of messages: what is sent, where, and what comes back."""

    head: str
    answer: Any


def documented(name: str) -> Documented:
    """A documented answer by its file, such as `Endpoints/Spot/Trading/GetOrder` or `Socket/Spot/Trading/GetOrder`."""
    text = _members(_DOCUMENTED)[f"Binance.Net.UnitTests/{name}.txt"].decode("utf-8-sig")
    if text.startswith(">"):
        head, _, body = text.partition("\n=")
    else:
        lines = text.splitlines()
        head, body = "\n".join(lines[:3]), "\n".join(lines[3:])
    return Documented(head, json.loads(body))


def nautilus(name: str) -> Any:
    """A documented answer by the end of its path, such as `spot/http_json/order_response.json`."""
    (found,) = [body for path, body in _members(_NAUTILUS).items() if path.endswith(f"/{name}")]
    return json.loads(found)


@cache
def _members(archive: str) -> dict[str, bytes]:
    with tarfile.open(shared(archive)) as tar:
        files = ((member.name, tar.extractfile(member)) for member in tar if member.isfile())
        return {name.removeprefix("./"): file.read() for name, file in files if file is not None}
