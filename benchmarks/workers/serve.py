"""A worker's loop: one JSON request a line in, one JSON answer a line out, with the seconds it took.

Workers run in environments of their own, so this file imports nothing outside the standard library.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any


def serve(handle: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Answer requests until standard input ends. What the library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        started = time.perf_counter()
        outcome = handle(request)
        seconds = time.perf_counter() - started
        print(json.dumps({"seconds": seconds, **outcome}), file=answers, flush=True)
