"""What commands print and write."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tradefleet.market.errors import ParameterError

STDOUT = "-"


def write_json(value: Any, target: str | None) -> None:
    """Write a value as JSON to a file, or to standard output for `-`; NaN and infinity become null."""
    if target is None:
        return
    text = msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
    if target == STDOUT:
        sys.stdout.write(text.decode())
        return
    write_file(Path(target), text)


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; raises ParameterError where it cannot be written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ParameterError(
            f"{path} cannot be written: {error.strerror}", cure="name a file in a folder that exists and has room"
        ) from error


def say(text: str, json_target: str | None = None) -> None:
    """Print for a person, unless standard output carries JSON."""
    if json_target != STDOUT:
        sys.stdout.write(text + "\n")


def columns(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Rows as aligned text, the columns in `right` aligned to the right.

    >>> print(columns([["name", "bars"], ["BTC", "5"]], right=[1]))
    name  bars
    BTC      5
    """
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
