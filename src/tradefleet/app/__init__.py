"""The one place that picks adapters: what users call from Python."""
