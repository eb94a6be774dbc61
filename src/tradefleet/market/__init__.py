"""Bars, timeframes, instruments and errors: what everything else is made of."""
