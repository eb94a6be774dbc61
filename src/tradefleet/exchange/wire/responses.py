"""Answers to HTTP requests, written in one piece."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import cast

import msgspec
from aiohttp import web

from tradefleet.exchange.engine.rejects import Reject

JSON = "application/json;charset=UTF-8"
HTML = "text/html"
_HEADS = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: " for status in HTTPStatus}
LOGGER = logging.getLogger("tradefleet.exchange")
_ENCODER = msgspec.json.Encoder()
# From here on an answer waits until the client has read the earlier ones.
_MUCH = 1 << 16

encoded = _ENCODER.encode


class Answer:
    """Status, headers and body of an answer.

    It is what aiohttp's server asks of a response and no more: building aiohttp's own costs as much as all the rest of
    a request.
    """

    __slots__ = ("body", "content_type", "headers", "keep_alive", "status")

    def __init__(
        self, body: bytes, status: int = 200, headers: str = "", content_type: str = JSON, *, keep_alive: bool = True
    ) -> None:
        self.body = body
        self.status = status
        # Lines of "Name: value", each with its end.
        self.headers = headers
        self.content_type = content_type
        self.keep_alive = keep_alive

    def for_aiohttp(self) -> web.StreamResponse:
        """Itself, under the type that aiohttp's server declares."""
        return cast(web.StreamResponse, self)

    async def prepare(self, request: web.BaseRequest) -> None:
        """Write it."""
        transport = request.transport
        if transport is None:
            raise ConnectionResetError("the client has gone")
        self.keep_alive = self.keep_alive and bool(request.keep_alive)
        connection = "" if self.keep_alive else "Connection: close\r\n"
        start = _HEADS.get(self.status) or f"HTTP/1.1 {self.status} Unknown\r\nContent-Type: "
        head = f"{start}{self.content_type}\r\nContent-Length: {len(self.body)}\r\n{connection}{self.headers}\r\n"
        transport.write(head.encode("latin-1") + (b"" if request.method == "HEAD" else self.body))
        if transport.get_write_buffer_size() > _MUCH:
            await request.writer.drain()

    async def write_eof(self) -> None:
        """Nothing is left to write."""


class Cut:
    """No answer: the connection is cut as by a broken network."""

    keep_alive = False

    def for_aiohttp(self) -> web.StreamResponse:
        """Itself, under the type that aiohttp's server declares."""
        return cast(web.StreamResponse, self)

    async def prepare(self, request: web.BaseRequest) -> None:
        """Cut it."""
        if request.transport is not None:
            request.transport.abort()

    async def write_eof(self) -> None:
        """Nothing is written."""


# The answer to a request that the exchange itself has failed at.
FAILED = Reject(-1000, "An unknown error occurred while processing the request.", 500)


def refusal(reject: Reject, headers: str = "") -> Answer:
    """Binance's form of a refusal."""
    body = {"code": reject.code, "msg": reject.message}
    return Answer(encoded(body if reject.data is None else {**body, "data": reject.data}), reject.status, headers)


def page(status: int, title: str) -> Answer:
    """A page of the kind that stands before Binance's machines."""
    return Answer(f"<html><body><h2>{status} {title}</h2></body></html>".encode(), status, "", HTML)


def gone() -> Answer:
    """What stands where an endpoint has been taken away."""
    text = (
        "<html>\r\n<head><title>410 Gone</title></head>\r\n<body>\r\n<center><h1>410 Gone</h1></center>\r\n"
        "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return Answer(text.encode(), 410, "", HTML)


def lines(headers: dict[str, str]) -> str:
    """Headers as lines."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
