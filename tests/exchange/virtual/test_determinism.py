"""Same seed, same run: with real clients, whatever the process; and what clients can compute is the truth."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from tests.exchange.virtual.scenario import FAULTS, START, Outcome, Scenario, play

from tradefleet.exchange.connect import session
from tradefleet.exchange.virtual import run_virtually
from tradefleet.exchange.wire.tls import Authority

_ROOT = Path(__file__).parents[3]
_SHORT = Scenario(seed=3, seconds=10, pause=0.5, audits=1)
_FAULTY = Scenario(seed=3, seconds=40, pause=1, audits=2, faults=True)
# Hashes of texts, the time zone, the optimiser and the language must not matter.
_MACHINES = tuple(
    {"PYTHONHASHSEED": str(number), "TZ": zone, "PYTHONOPTIMIZE": optimised, "LC_ALL": language}
    for number, zone, optimised, language in [
        (0, "UTC", "", "C"),
        (1, "Asia/Kathmandu", "1", "C.UTF-8"),
        (2, "America/New_York", "", "C.UTF-8"),
        (3, "Pacific/Apia", "2", "C"),
        (4, "Europe/Berlin", "", "C.UTF-8"),
        (5, "UTC", "1", "C"),
        (6, "Asia/Tokyo", "", "C"),
        (7, "America/Sao_Paulo", "", "C.UTF-8"),
        (8, "Australia/Lord_Howe", "2", "C.UTF-8"),
        (9, "UTC", "", "C.UTF-8"),
    ]
)


def elsewhere(scenarios: Sequence[Scenario], machine: dict[str, str]) -> list[Outcome]:
    """What comes of scenarios in a process of their own."""
    asked = [msgspec.json.encode(scenario).decode() for scenario in scenarios]
    done = subprocess.run(
        [sys.executable, "-m", "tests.exchange.virtual.scenario", *asked],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": f"{_ROOT}{os.pathsep}{_ROOT / 'src'}", **machine},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [msgspec.json.decode(line, type=Outcome) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("scenario", "tls"), [(_SHORT, False), (_FAULTY, True)])
def test_the_same_seed_gives_the_same_run_in_every_process(scenario: Scenario, tls: bool) -> None:
    scenario = msgspec.structs.replace(scenario, tls=tls)
    here = play(scenario)
    (there,) = elsewhere([scenario], _MACHINES[1])
    assert there.hashes == here.hashes
    assert here.differences == []
    assert here.requests > 50
    assert here.fills > 5


def test_another_seed_gives_another_run() -> None:
    first, second = play(_SHORT), play(msgspec.structs.replace(_SHORT, seed=4))
    assert first.trace != second.trace
    assert first.heard != second.heard


def test_faults_are_part_of_the_run() -> None:
    quiet, faulty = play(msgspec.structs.replace(_FAULTY, faults=False)), play(_FAULTY)
    assert quiet.trace != faulty.trace
    assert faulty.told["error"] > quiet.told["error"]
    # A cut socket is something all streams of it hear of.
    assert any(kind.endswith(" error") for kind in faulty.told)
    assert {"latency", "answer_lost", "cut_after", "duplicate"} <= {rule.what for rule in FAULTS}


@pytest.mark.slow
def test_a_hundred_runs_in_ten_processes_are_one() -> None:
    outcomes = [outcome for machine in _MACHINES for outcome in elsewhere([_SHORT] * 10, machine)]
    assert len(outcomes) == 100
    assert len({outcome.hashes for outcome in outcomes}) == 1
    assert all(outcome.differences == [] for outcome in outcomes)


@pytest.mark.slow
@pytest.mark.parametrize("tls", [False, True])
def test_a_hundred_runs_with_faults_are_one(tls: bool) -> None:
    scenario = msgspec.structs.replace(_FAULTY, seconds=15, pause=0.5, tls=tls)
    outcomes = [outcome for machine in _MACHINES for outcome in elsewhere([scenario] * 10, machine)]
    assert len(outcomes) == 100
    assert len({outcome.hashes for outcome in outcomes}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("faults", [False, True])
def test_what_clients_compute_is_the_truth_at_all_times(faults: bool) -> None:
    for seed in range(10):
        outcome = play(Scenario(seed=seed, seconds=120, pause=1, audits=10, faults=faults))
        assert outcome.differences == []
        assert outcome.fills > 20


def test_requests_of_one_moment_arrive_in_the_order_in_which_they_were_made(tmp_path: Path) -> None:
    paths: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        paths.append((await reader.readuntil(b"\r\n\r\n")).split()[1])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async def main() -> None:
        authority = Authority(tmp_path)
        server = await asyncio.start_server(answer, "127.0.0.1", 8900, ssl=authority.server_context())
        async with session(8900, authority.certificate_file) as client:

            async def ask(number: int) -> None:
                async with client.get(f"https://api.binance.com/{number}"):
                    pass

            await asyncio.gather(*(ask(number) for number in range(20)))
        server.close()

    run_virtually(main, start=START)
    assert paths == [b"/%d" % number for number in range(20)]
