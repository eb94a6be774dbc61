"""A day of virtual time with real clients and faults: nothing grows, nothing is lost."""

from __future__ import annotations

import gc
import resource
from pathlib import Path
from statistics import median

import pytest
from tests.exchange.virtual.scenario import Scenario, play

_HOURS = 24
_PAGE = resource.getpagesize()
# Of the process, whose heap frays a little, and of the objects in it.
_MORE_MEMORY, _MORE_OBJECTS = 0.05, 0.02


@pytest.mark.slow
def test_a_day_leaves_memory_and_files_as_they_were() -> None:
    sizes: list[int] = []
    objects: list[int] = []
    files: list[int] = []

    def look() -> None:
        gc.collect()
        sizes.append(int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE)
        objects.append(len(gc.get_objects()))
        files.append(sum(1 for _ in Path("/proc/self/fd").iterdir()))

    day = Scenario(seed=5, seconds=_HOURS * 3600, speed=1, pause=20, faults=True, audits=4 * _HOURS, keep=1000)
    outcome = play(day, look=look)
    assert outcome.differences == []
    assert outcome.virtual >= _HOURS * 3600
    # What is kept is full after some hours.
    third = len(sizes) // 3
    assert _late(sizes, third) < _early(sizes, third) * (1 + _MORE_MEMORY)
    assert _late(objects, third) < _early(objects, third) * (1 + _MORE_OBJECTS)
    # Connections come and go with the faults, by a handful.
    assert _late(files, third) <= _early(files, third) + 2
    assert max(files[third:]) - min(files[third:]) < 20


def _early(values: list[int], third: int) -> float:
    return median(values[third : 2 * third])


def _late(values: list[int], third: int) -> float:
    return median(values[2 * third :])
