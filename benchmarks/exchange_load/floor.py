"""The least an HTTP server of aiohttp can do: it answers the same few bytes to everybody."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web

BODY = (
    b'{"symbol":"BTCUSDT","orderId":28,"orderListId":-1,'
    b'"clientOrderId":"6gCrw2kRUAF9CvJDGP16IP","transactTime":1507725176595}'
)


async def _answer(request: web.BaseRequest) -> web.Response:
    return web.Response(body=BODY, content_type="application/json")


async def serve() -> None:
    """Serve until killed; prints the port."""
    server = web.Server(_answer, access_log=None)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    if sys.platform == "win32":
        asyncio.run(serve())
    else:
        import uvloop

        uvloop.run(serve())
