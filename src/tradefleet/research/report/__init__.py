"""Reports: a backtest's result as one HTML file, or as a figure in a notebook."""

from tradefleet.research.report.contract import Reportable
from tradefleet.research.report.figure import figure
from tradefleet.research.report.page import html_report, write_report

__all__ = ["Reportable", "figure", "html_report", "write_report"]
