"""Optuna's log, kept quiet while we use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Let Optuna log errors only, and as before afterwards."""
    from optuna import logging  # noqa: PLC0415 - heavy, only where a study runs

    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(before)
