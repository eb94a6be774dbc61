"""The loop in virtual time: what passes, what connects, what is refused, what is left."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.exchange.virtual import VirtualLoop, run_virtually
from tradefleet.exchange.wire.tls import Authority

T = TypeVar("T")
HOST = "127.0.0.1"
NAPS = st.lists(st.floats(0, 1e7, allow_nan=False), min_size=1, max_size=30)


def virtually(main: Coroutine[Any, Any, T]) -> T:
    return run_virtually(lambda: main, start=0)


def open_files() -> int:
    gc.collect()
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say what the client has said, once it has said all."""
    data = await reader.read()
    writer.write(data)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def said(port: int, data: bytes, **options: Any) -> bytes:
    """What a server answers."""
    reader, writer = await asyncio.open_connection(HOST, port, **options)
    writer.write(data)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def port_of(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


@settings(max_examples=50, deadline=None)
@given(NAPS)
def test_sleepers_wake_in_the_order_of_their_times_and_on_time(naps: list[float]) -> None:
    woken: list[tuple[int, float]] = []

    async def sleep(number: int, seconds: float) -> None:
        await asyncio.sleep(seconds)
        woken.append((number, time.monotonic() - seconds))

    async def main() -> None:
        await asyncio.gather(*(sleep(number, seconds) for number, seconds in enumerate(naps)))

    virtually(main())
    assert [naps[number] for number, _ in woken] == sorted(naps)
    assert all(abs(late) < 1e-6 for _, late in woken)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 10), st.binary(min_size=1, max_size=50)), min_size=1, max_size=10))
def test_the_same_program_gives_the_same_sequence(calls: list[tuple[float, bytes]]) -> None:
    async def main() -> list[tuple[float, bytes]]:
        heard: list[tuple[float, bytes]] = []
        server = await asyncio.start_server(echo, HOST, 0)

        async def ask(seconds: float, data: bytes) -> None:
            await asyncio.sleep(seconds)
            heard.append((time.time(), await said(port_of(server), data)))

        await asyncio.gather(*(ask(*call) for call in calls))
        server.close()
        return heard

    first = virtually(main())
    assert first == virtually(main())
    assert sorted(data for _, data in first) == sorted(data for _, data in calls)


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_all_that_is_written_arrives_and_half_closed_connections_answer(size: int) -> None:
    async def main() -> bytes:
        async with await asyncio.start_server(echo, HOST, 0) as server:
            return await said(port_of(server), data)

    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert virtually(main()) == data


def test_connections_with_tls_verify_names(tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    async def main() -> bytes:
        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readline())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(greet, HOST, 0, ssl=authority.server_context())
        options = {"ssl": authority.client_context(), "server_hostname": "api.binance.com"}
        reader, writer = await asyncio.open_connection(HOST, port_of(server), **options)
        writer.write(b"hello\n")
        heard = await reader.readline()
        writer.close()
        await writer.wait_closed()
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection(HOST, port_of(server), **{**options, "server_hostname": "example.com"})
        return heard

    assert virtually(main()) == b"hello\n"


def test_nobody_listens_any_more_after_close_and_connections_stay() -> None:
    async def main() -> bytes:
        server = await asyncio.start_server(echo, HOST, 0)
        port = port_of(server)
        reader, writer = await asyncio.open_connection(HOST, port)
        await asyncio.sleep(0)
        server.close()
        assert not server.is_serving() and server.sockets == ()
        with pytest.raises(ConnectionRefusedError, match=f"nothing listens on {HOST}:{port}"):
            await asyncio.open_connection(HOST, port)
        writer.write(b"still here")
        writer.write_eof()
        heard = await reader.read()
        writer.close()
        await writer.wait_closed()
        return heard

    assert virtually(main()) == b"still here"


def test_an_address_is_taken_once_and_free_again_after_close() -> None:
    async def main() -> None:
        server = await asyncio.start_server(echo, HOST, 8900)
        for host in (HOST, "localhost"):
            with pytest.raises(OSError, match="taken"):
                await asyncio.start_server(echo, host, 8900)
        server.close()
        again = await asyncio.start_server(echo, "0.0.0.0", 8900)
        assert await said(8900, b"x") == b"x"
        again.close()

    virtually(main())


def test_an_aborted_connection_is_an_error_at_the_other_end() -> None:
    async def main() -> None:
        async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.transport.abort()

        server = await asyncio.start_server(rude, HOST, 0)
        reader, writer = await asyncio.open_connection(HOST, port_of(server))
        writer.write(b"unread")
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
        with pytest.raises(ConnectionResetError):
            await writer.wait_closed()
        server.close()

    virtually(main())


def test_a_connect_that_is_cancelled_leaves_nothing() -> None:
    async def main() -> None:
        server = await asyncio.start_server(echo, HOST, 0)
        port = port_of(server)
        silent = await asyncio.start_server(lambda *_: asyncio.sleep(0), HOST, 0)
        for turns in range(6):
            task = asyncio.ensure_future(asyncio.open_connection(HOST, port))
            for _ in range(turns):
                await asyncio.sleep(0)
            if task.done():
                (await task)[1].close()
            task.cancel()
            await asyncio.wait([task])
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.open_connection(HOST, port_of(silent), ssl=ssl.create_default_context())
        await asyncio.sleep(1)

    before = open_files()
    virtually(main())
    assert open_files() == before


def test_a_connection_that_nobody_has_accepted_yet_is_closed_too() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await asyncio.start_server(echo, HOST, 0)
        with socket.socket() as sock:
            sock.setblocking(False)
            await loop.sock_connect(sock, (HOST, port_of(server)))

    before = open_files()
    virtually(main())
    assert open_files() == before


@pytest.mark.parametrize("failing", [False, True])
def test_every_run_gives_its_files_back_whatever_it_leaves_open(failing: bool) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await asyncio.start_server(echo, HOST, 0)
        for _ in range(5):
            await loop.create_connection(asyncio.Protocol, HOST, port_of(server))
        await asyncio.sleep(1)
        await loop.create_connection(asyncio.Protocol, HOST, port_of(server))
        if failing:
            raise KeyError("mine")

    before, clock = open_files(), time.time
    for _ in range(3):
        if failing:
            with pytest.raises(KeyError, match="mine"):
                virtually(main())
        else:
            virtually(main())
    assert open_files() == before
    assert time.time is clock


def test_sockets_of_others_connect_too() -> None:
    async def main() -> bytes:
        server = await asyncio.start_server(echo, HOST, 0)
        loop = asyncio.get_running_loop()
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.setblocking(False)
        await loop.sock_connect(sock, (HOST, port_of(server)))
        reader, writer = await asyncio.open_connection(sock=sock)
        writer.write(b"hello")
        writer.write_eof()
        heard = await reader.read()
        writer.close()
        await writer.wait_closed()
        server.close()
        return heard

    before = open_files()
    assert virtually(main()) == b"hello"
    assert open_files() == before


def test_both_ends_know_their_addresses() -> None:
    async def main() -> None:
        peers: list[Any] = []

        async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            peers.append((writer.get_extra_info("sockname"), writer.get_extra_info("peername")))
            writer.close()

        server = await asyncio.start_server(note, HOST, 8900)
        reader, writer = await asyncio.open_connection(HOST, 8900)
        await reader.read()
        mine = writer.get_extra_info("peername"), writer.get_extra_info("sockname")
        assert peers == [mine]
        assert mine[0] == (HOST, 8900)
        writer.close()
        server.close()

    virtually(main())


def test_who_waits_for_ever_is_named() -> None:
    async def waits_in_vain() -> None:
        await asyncio.get_running_loop().create_future()

    async def main() -> None:
        await asyncio.gather(waits_in_vain(), asyncio.Event().wait())

    with pytest.raises(RuntimeError, match=r"everything waits.*\.waits_in_vain \(test_loop\.py:\d+\).* Event\.wait "):
        virtually(main())


def test_a_timeout_ends_what_would_wait_for_ever() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert virtually(main()) == 60


def test_time_goes_on_for_a_task_that_spins() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                while True:
                    await asyncio.sleep(0)
        return time.time()

    assert virtually(main()) == pytest.approx(0.5, rel=0.01)


def test_a_blocking_sleep_takes_virtual_time_and_delays_all_others() -> None:
    async def main() -> tuple[float, float]:
        woken = asyncio.ensure_future(asyncio.sleep(1, lambda: None))
        woken.add_done_callback(lambda _: times.append(time.time()))
        await asyncio.sleep(0)
        time.sleep(10)
        await woken
        await asyncio.sleep(0)
        return times[0], time.time()

    times: list[float] = []
    begun = time.perf_counter()
    assert virtually(main()) == (10.0, 10.0)
    assert time.perf_counter() - begun < 5


def test_executors_work_at_once_and_hand_errors_over() -> None:
    async def main() -> int:
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)
        return await asyncio.to_thread(threading.get_ident)

    assert virtually(main()) == threading.get_ident()


def test_calls_from_other_threads_are_heard_while_there_is_something_to_do() -> None:
    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        heard: list[str] = []
        thread = threading.Thread(target=loop.call_soon_threadsafe, args=(heard.append, "hello"))
        thread.start()
        thread.join()
        await asyncio.sleep(1)
        return heard

    assert virtually(main()) == ["hello"]


def test_signals_are_handled() -> None:
    async def main() -> float:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGUSR1, done.set)
        loop.call_later(5, os.kill, os.getpid(), signal.SIGUSR1)
        await done.wait()
        loop.remove_signal_handler(signal.SIGUSR1)
        return loop.time()

    assert virtually(main()) == 5


@pytest.mark.parametrize(
    ("what", "ask"),
    [
        ("subprocesses", lambda: asyncio.create_subprocess_exec("true")),
        ("subprocesses", lambda: asyncio.create_subprocess_shell("true")),
        ("datagrams", lambda: asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol)),
        ("Unix sockets", lambda: asyncio.open_unix_connection("/nowhere")),
    ],
)
def test_what_reaches_out_of_the_process_is_refused(what: str, ask: Any) -> None:
    async def main() -> None:
        await ask()

    with pytest.raises(NotImplementedError, match=f"virtual time has no {what}"):
        virtually(main())


def test_tasks_that_are_left_are_cancelled_and_may_tidy_up() -> None:
    async def main() -> None:
        tasks.append(asyncio.ensure_future(left()))
        await asyncio.sleep(1)

    async def left() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            await asyncio.sleep(5)
            tidied.append(time.time())

    tidied: list[float] = []
    tasks: list[asyncio.Future[None]] = []
    virtually(main())
    assert tidied == [6.0]


def test_the_loop_is_the_running_one() -> None:
    async def main() -> bool:
        return isinstance(asyncio.get_running_loop(), VirtualLoop)

    assert virtually(main())
