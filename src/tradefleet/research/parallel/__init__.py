"""Tasks done by other processes: each has its own time limit, and none can stop the others."""

from tradefleet.research.parallel.processes import Processes
from tradefleet.research.parallel.task import Outcome, Task, Work, Workers
from tradefleet.research.parallel.warming import warm_kernels

__all__ = ["Outcome", "Processes", "Task", "Work", "Workers", "warm_kernels"]
