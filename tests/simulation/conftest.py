"""Both walks, both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tradefleet.kernels import compiled_walk
from tradefleet.simulation.walk import walk as plain_walk

from .scene import Scene

WALKS: dict[str, Callable[[], Callable[..., Any]]] = {"plain": lambda: plain_walk, "compiled": compiled_walk}


@pytest.fixture(params=sorted(WALKS))
def walk(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """The plain walk and its compiled twin."""
    return WALKS[request.param]()


@pytest.fixture(params=[1, -1], ids=["long", "short"])
def scene(request: pytest.FixtureRequest, walk: Callable[..., Any]) -> Scene:
    """Each walk, long and short."""
    return Scene(walk, request.param)
