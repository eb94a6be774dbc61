"""What all tests share: a home of their own, so that none writes into the user's."""

from __future__ import annotations

import os
import tempfile
from getpass import getuser
from pathlib import Path

# One folder for all runs and all xdist workers, so that kernels compile once; TRADEFLEET_TEST_HOME names another.
HOME = os.environ.get("TRADEFLEET_TEST_HOME") or str(Path(tempfile.gettempdir()) / f"tradefleet-tests-{getuser()}")
os.environ["TRADEFLEET_HOME"] = HOME
