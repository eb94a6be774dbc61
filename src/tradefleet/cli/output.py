"""What commands print and write."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tradefleet.market.files import write_file

STDOUT = "-"


def write_json(value: Any, target: str | None) -> None:
    """Write a value as JSON to a file, or to standard output for `-`; NaN and infinity become null."""
    if target is None:
        return
    write_output(target, msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def write_output(target: str, content: bytes) -> None:
    """Write to a file, or to standard output for `-`."""
    # What was said so far comes first, also where the target is /dev/stdout.
    with _reader_may_leave():
        sys.stdout.flush()
    if target != STDOUT:
        write_file(Path(target), content)
        return
    with _reader_may_leave():
        # As bytes: files and pipes get UTF-8 whatever the terminal's encoding is.
        sys.stdout.buffer.write(content)
        sys.stdout.flush()


def say(text: str, json_target: str | None = None) -> None:
    """Print for a person, unless standard output carries JSON."""
    if json_target != STDOUT:
        with _reader_may_leave():
            sys.stdout.write(text + "\n")
            # A command may go on for long after it has said something to a pipe.
            sys.stdout.flush()


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """Go on without standard output when its reader has gone, as `| head` does: files are still to be written."""
    try:
        yield
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
