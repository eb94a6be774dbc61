"""Everything a program was told, in one hash."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from typing import Any


class Heard:
    """A running hash; `kinds` counts what it is made of, and `keep` lets all of it be read, to compare two runs."""

    def __init__(self, *, keep: bool = False) -> None:
        self.kinds: Counter[str] = Counter()
        self.lines: list[str] | None = [] if keep else None
        self._hash = hashlib.sha256()

    def note(self, who: str, kind: str, told: Any) -> None:
        """Fold it in, with its time and in the order in which it was told."""
        line = json.dumps([asyncio.get_running_loop().time(), who, kind, told], default=str)
        self._hash.update(line.encode())
        self.kinds[kind] += 1
        if self.lines is not None:
            self.lines.append(line)

    def digest(self) -> str:
        """The hash so far."""
        return self._hash.hexdigest()
