"""Signed order requests over keep-alive connections, one after another on each, for some seconds."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import sys
import time

LIMIT = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price={price}&newOrderRespType=ACK"
CANCEL = "symbol=BTCUSDT&orderId={order}"


class Trader(asyncio.Protocol):
    """One connection: places an order, cancels it, and so on; counts what was answered."""

    def __init__(self, key: str, secret: str, price: str, done: asyncio.Event) -> None:
        self._key = key
        self._secret = secret.encode()
        self._price = price
        self._done = done
        self._buffer = b""
        self._sent = 0.0
        self._placed = 0
        self.answered = 0
        self.refused: dict[str, int] = {}
        self.latencies: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, split, body = self._buffer.partition(b"\r\n\r\n")
        if not split:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        self._buffer = b""
        self.latencies.append(time.perf_counter() - self._sent)
        self.answered += 1
        if b" 200 " in head[:20]:
            self._placed = 0 if self._placed else json.loads(body)["orderId"]
        else:
            text = body.decode()
            self.refused[text] = self.refused.get(text, 0) + 1
            self._placed = 0
        if not self._done.is_set():
            self._send()

    def _send(self) -> None:
        order = CANCEL.format(order=self._placed) if self._placed else LIMIT.format(price=self._price)
        query = f"{order}&recvWindow=60000&timestamp={time.time_ns() // 1_000_000}"
        query += "&signature=" + hmac.new(self._secret, query.encode(), hashlib.sha256).hexdigest()
        verb = "DELETE" if self._placed else "POST"
        self._sent = time.perf_counter()
        self._transport.write(  # type: ignore[attr-defined]
            f"{verb} /api/v3/order?{query} HTTP/1.1\r\nHost: api.binance.com\r\nX-MBX-APIKEY: {self._key}\r\n"
            "Content-Length: 0\r\n\r\n".encode()
        )


async def load(settings: dict[str, str | int | float]) -> dict[str, object]:
    """Run the connections; requests a second, latencies and what was refused."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    traders = [
        Trader(str(settings["key"]), str(settings["secret"]), str(settings["price"]), done)
        for _ in range(int(settings["connections"]))
    ]
    start = time.perf_counter()
    for trader in traders:
        await loop.create_connection(lambda trader=trader: trader, "127.0.0.1", int(settings["port"]))  # type: ignore[misc]
    await asyncio.sleep(float(settings["seconds"]))
    seconds = time.perf_counter() - start
    answered = sum(trader.answered for trader in traders)
    done.set()
    await asyncio.sleep(0.2)
    latencies = sorted(latency for trader in traders for latency in trader.latencies)
    refused: dict[str, int] = {}
    for trader in traders:
        for text, count in trader.refused.items():
            refused[text] = refused.get(text, 0) + count
    return {
        "answered": answered,
        "requests_a_second": answered / seconds,
        "median_ms": 1000 * latencies[len(latencies) // 2],
        "p99_ms": 1000 * latencies[len(latencies) * 99 // 100],
        "refused": refused,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(load(json.loads(sys.argv[1])))))
