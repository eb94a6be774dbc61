"""Ctrl-C that is not lost."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# What runs while an object is cleared away, of our nodes and of Python's weak references: what it raises is printed.
_CLEARING = frozenset({"_forget", "remove", "_remove"})


@contextmanager
def interrupts() -> Iterator[Callable[[], None]]:
    """Gives a function that raises KeyboardInterrupt where Ctrl-C was pressed and nobody heard of it.

    Python drops what is raised while it clears an object away, and so a Ctrl-C that comes just then.
    """
    pressed = False
    usual = signal.getsignal(signal.SIGINT)

    def press(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        if frame is None or frame.f_code.co_name not in _CLEARING:
            raise KeyboardInterrupt

    def check() -> None:
        if pressed:
            raise KeyboardInterrupt

    # Where it is ignored, as in the background, it stays so.
    if usual is not signal.default_int_handler:
        yield check
        return
    signal.signal(signal.SIGINT, press)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, usual)
