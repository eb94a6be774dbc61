"""Runs a command: its wall seconds, peak memory and output as one line of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

with tempfile.TemporaryFile() as output:
    started = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=output)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    output.seek(0)
    text = output.read().decode()
process.returncode = os.waitstatus_to_exitcode(status)
kilobyte = 1 if sys.platform == "darwin" else 1024
outcome = {"seconds": seconds, "peak_mb": usage.ru_maxrss * kilobyte / 2**20, "output": text}
print(json.dumps(outcome))
sys.exit(process.returncode)
