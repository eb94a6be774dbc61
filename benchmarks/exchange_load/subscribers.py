"""Websocket subscribers that count the messages they are sent, and check them as far as they are asked to."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import time

SHORT, LONG = 126, 127
TEXT, CLOSE, PING = 1, 8, 9


class Subscriber(asyncio.Protocol):
    """One connection: upgrades, sends its messages, counts frames; answers pings."""

    def __init__(self, path: str, host: str, messages: list[str]) -> None:
        self._path = path
        self._host = host
        self._messages = messages
        self._buffer = bytearray()
        self._upgraded = False
        self.ready = asyncio.get_running_loop().create_future()
        self.received = 0
        self.bytes = 0
        self.ended = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(  # type: ignore[attr-defined]
            f"GET {self._path} HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded:
            head, split, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not split:
                return
            if b" 101 " not in head[:20]:
                self.ready.set_exception(RuntimeError(head.decode()))
                return
            self._upgraded, self._buffer = True, bytearray(rest)
            for message in self._messages:
                self._write(TEXT, message.encode())
            self.ready.set_result(None)
        self._take_frames()

    def _take_frames(self) -> None:
        buffer, at, size = self._buffer, 0, len(self._buffer)
        while size - at >= 2:
            kind, length, start = buffer[at] & 15, buffer[at + 1] & 127, at + 2
            if length == SHORT:
                if size - at < 4:
                    break
                length, start = int.from_bytes(buffer[at + 2 : at + 4]), at + 4
            elif length == LONG:
                if size - at < 10:
                    break
                length, start = int.from_bytes(buffer[at + 2 : at + 10]), at + 10
            if size - start < length:
                break
            if kind == TEXT:
                self.received += 1
                self.bytes += length
                self.taken(buffer, start, start + length)
            elif kind == PING:
                self._write(10, bytes(buffer[start : start + length]))
            elif kind == CLOSE:
                self.ended = buffer[start : start + length].decode(errors="replace")
            at = start + length
        if at:
            del buffer[:at]

    def taken(self, buffer: bytearray, start: int, end: int) -> None:
        """A text frame has come."""

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = self.ended or f"lost: {exc}"

    def _write(self, kind: int, payload: bytes) -> None:
        size = bytes([0x80 | len(payload)]) if len(payload) < SHORT else b"\xfe" + len(payload).to_bytes(2)
        # A mask of zeros is a mask, and spares the work.
        self._transport.write(bytes([0x80 | kind]) + size + b"\0\0\0\0" + payload)  # type: ignore[attr-defined]


class Reports(Subscriber):
    """A user stream: adds up what its order reports say was filled, and that no trade is missing or told twice."""

    def __init__(self, path: str, host: str, messages: list[str]) -> None:
        super().__init__(path, host, messages)
        self.fills = 0
        self.wrong = 0
        self.last_trade = -1

    def taken(self, buffer: bytearray, start: int, end: int) -> None:
        text = bytes(buffer[start:end])
        if b'"executionReport"' not in text:
            return
        report = json.loads(text)["event"]
        if report["x"] == "TRADE":
            self.wrong += self.last_trade >= 0 and report["t"] != self.last_trade + 1
            self.last_trade = report["t"]
            self.fills += 1


async def subscribe(settings: dict[str, object]) -> dict[str, object]:
    """Open the connections, count for some seconds or until a line comes in; `total` is what had come a while later."""
    loop = asyncio.get_running_loop()
    kind = Reports if settings.get("reports") else Subscriber
    made = []
    for _ in range(int(settings["connections"])):  # type: ignore[call-overload]
        subscriber = kind(str(settings["path"]), str(settings["host"]), list(settings["messages"]))  # type: ignore[call-overload]
        await loop.create_connection(lambda s=subscriber: s, "127.0.0.1", int(settings["port"]))  # type: ignore[misc,call-overload]
        await subscriber.ready
        made.append(subscriber)
    print("ready", flush=True)
    await asyncio.sleep(float(settings.get("settle", 0.5)))  # type: ignore[arg-type]
    before, start = [subscriber.received for subscriber in made], time.perf_counter()
    if settings["seconds"] is None:
        await asyncio.to_thread(sys.stdin.readline)
    else:
        await asyncio.sleep(float(settings["seconds"]))  # type: ignore[arg-type]
    seconds = time.perf_counter() - start
    counts = [subscriber.received - was for subscriber, was in zip(made, before, strict=True)]
    await asyncio.sleep(float(settings.get("drain", 0.0)))  # type: ignore[arg-type]
    return {
        "messages_a_second": sum(counts) / seconds,
        "each": counts,
        "total": [subscriber.received for subscriber in made],
        "ended": [subscriber.ended for subscriber in made if subscriber.ended],
        "fills": [getattr(subscriber, "fills", 0) for subscriber in made],
        "wrong": [getattr(subscriber, "wrong", 0) for subscriber in made],
        "last_trade": [getattr(subscriber, "last_trade", -1) for subscriber in made],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(subscribe(json.loads(sys.argv[1])))))
