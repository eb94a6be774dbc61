"""What commands print and write."""

from __future__ import annotations

import sys
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
    sys.stdout.flush()
    if target != STDOUT:
        write_file(Path(target), content)
        return
    # As bytes: files and pipes get UTF-8 whatever the terminal's encoding is.
    sys.stdout.buffer.write(content)
    sys.stdout.flush()


def say(text: str, json_target: str | None = None) -> None:
    """Print for a person, unless standard output carries JSON."""
    if json_target != STDOUT:
        sys.stdout.write(text + "\n")
