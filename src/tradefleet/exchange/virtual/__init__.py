"""Virtual time: a server and its real clients in one process, on a clock that jumps to the next thing to do."""

from tradefleet.exchange.virtual.loop import VirtualLoop
from tradefleet.exchange.virtual.run import run_virtually

__all__ = ["VirtualLoop", "run_virtually"]
