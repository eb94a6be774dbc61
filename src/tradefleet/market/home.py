"""Where tradefleet keeps what it writes."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The folder for data, caches and logs: TRADEFLEET_HOME, else the platform's data folder."""
    named = os.environ.get("TRADEFLEET_HOME")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path  # noqa: PLC0415 - only where the variable is not set

    return user_data_path("tradefleet", appauthor=False)
