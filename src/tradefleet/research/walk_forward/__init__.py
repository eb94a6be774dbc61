"""Walking forward: re-optimizing in one window, trading in the next, over and over."""

from tradefleet.research.walk_forward.choice import Choice, Goal, GridSearch, Search
from tradefleet.research.walk_forward.length import Length
from tradefleet.research.walk_forward.result import WalkForward
from tradefleet.research.walk_forward.run import Walk, run_walk_forward
from tradefleet.research.walk_forward.sampling import SampledSearch
from tradefleet.research.walk_forward.windows import Layout, Window, windows_of

__all__ = [
    "Choice",
    "Goal",
    "GridSearch",
    "Layout",
    "Length",
    "SampledSearch",
    "Search",
    "Walk",
    "WalkForward",
    "Window",
    "run_walk_forward",
    "windows_of",
]
