"""Clusters that exist already, as workers."""

from tradefleet.clusters.dask import DaskWorkers

__all__ = ["DaskWorkers"]
