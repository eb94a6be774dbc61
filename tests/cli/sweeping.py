"""Run as a process of its own: the command, which is killed as it keeps its n-th part.

    python sweeping.py N BEFORE|AFTER WORDS...

It dies by kill -9 just before or just after the part is put in place. Prints where the storage's code is.
"""

from __future__ import annotations

import inspect
import os
import signal
import sys

from tradefleet.cli.main import run
from tradefleet.research.sweep import Part
from tradefleet.storage.sweeps import SweepFolder

if __name__ == "__main__":
    last, moment = int(sys.argv[1]), sys.argv[2]
    sys.stdout.write(f"{inspect.getfile(SweepFolder)}\n")
    sys.stdout.flush()
    keep, count = SweepFolder.keep, 0

    def guarded(self: SweepFolder, part: Part) -> None:
        global count
        count += 1
        if count == last and moment == "BEFORE":
            os.kill(os.getpid(), signal.SIGKILL)
        keep(self, part)
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    SweepFolder.keep = guarded  # type: ignore[method-assign]
    sys.exit(run(sys.argv[3:]))
