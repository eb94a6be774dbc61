"""Benchmarks: ours beside vectorbt and backtesting.py. `python -m benchmarks.run` runs them."""
