"""What the workers of these tests do, where other processes can import it."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tradefleet.market.errors import ParameterError
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import OneByOne


def measured(shared: Mapping[str, Any], combination: Mapping[str, Any]) -> list[float]:
    """The measures of a real backtest."""
    evaluator = OneByOne(shared["strategy"], {}, shared["bars"])
    found = evaluator.measure(Combinations.of([combination]))
    if found.errors:
        raise ParameterError(found.errors[0])
    return [float(value) for value in found.values[0]]


def same(shared: Any, payload: Any) -> Any:
    return payload


def slowly_same(shared: Any, payload: Any) -> Any:
    time.sleep(0.1)
    return payload


def misbehave(shared: Any, payload: Any) -> Any:
    """Fail in the way that the payload names."""
    match payload:
        case "loop":
            while True:
                pass
        case "sleep":
            time.sleep(1000)
        case "hold the interpreter":
            re.match(r"(a+)+$", "a" * 60 + "b")
        case "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(1000)
        case "exit":
            os._exit(3)
        case "leave":
            raise SystemExit(4)
        case "segfault":
            ctypes.string_at(0)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "divide":
            return 1 / 0
        case "huge":
            return np.arange(5_000_000)
        case "unsendable":
            return lambda: None
        case "pid":
            return os.getpid()
    return payload


def arrays(shared: Any, payload: str) -> Any:
    """What a worker sees of shared arrays: its sum, whether it is writeable, the process's own memory (KiB)."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return float(shared.close.sum()), shared.close.flags.writeable, shared.close.ctypes.data % 64, own
