"""What commands print and write."""

from __future__ import annotations

import os
import sys
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
