"""The tradefleet command."""
