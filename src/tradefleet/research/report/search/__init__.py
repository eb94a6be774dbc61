"""Pages of sweeps, optimizations and walk-forwards, each one HTML file."""

from tradefleet.research.report.search.contract import (
    Luck,
    Objective,
    StudyReportable,
    SweepReportable,
    WalkForwardReportable,
)
from tradefleet.research.report.search.frame import write_page
from tradefleet.research.report.search.study import study_page
from tradefleet.research.report.search.sweep import sweep_page
from tradefleet.research.report.search.walk_forward import walk_forward_page

__all__ = [
    "Luck",
    "Objective",
    "StudyReportable",
    "SweepReportable",
    "WalkForwardReportable",
    "study_page",
    "sweep_page",
    "walk_forward_page",
    "write_page",
]
