"""Combinations done by other processes, with the same bits as here."""

from tradefleet.research.sweep.pooled.evaluator import Pooled

__all__ = ["Pooled"]
