"""An error as the one line that a row of results has."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from traceback import extract_tb
from types import TracebackType

from tradefleet.market.errors import UserError

# Not the user's: this package, Python's own modules and those installed.
_OTHERS = (str(Path(__file__).parents[2]), *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")))


def failure_text(error: BaseException) -> str:
    """A user's error as it is; any other as `Type: message`, with the file and line of the user's that it came from.

    >>> failure_text(UserError("fast is 3", where="ema_cross", cure="choose 5 to 50"))
    'fast is 3, in ema_cross; choose 5 to 50'
    """
    if isinstance(error, UserError):
        return _one_line(str(error))
    name, text = type(error).__name__, _one_line(str(error))
    place = _place(error.__traceback__)
    return (f"{name}: {text}" if text else name) + (f", in {place}" if place else "")


def _place(traceback: TracebackType | None) -> str:
    frames = extract_tb(traceback)
    theirs = [frame for frame in frames if not frame.filename.startswith((*_OTHERS, "<"))]
    return next((f"{frame.filename}:{frame.lineno}" for frame in reversed(theirs or frames)), "")


def _one_line(text: str) -> str:
    return " ".join(text.split())
