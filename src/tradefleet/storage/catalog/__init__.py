"""The catalog of bars on disk: import, read, check, export."""

from tradefleet.storage.catalog.catalog import Catalog, SeriesInfo
from tradefleet.storage.catalog.checking import CheckReport, check, check_series
from tradefleet.storage.catalog.cleaning import BadRowsError
from tradefleet.storage.catalog.exporting import export
from tradefleet.storage.catalog.findings import Finding, Findings
from tradefleet.storage.catalog.import_report import FileReport, ImportReport
from tradefleet.storage.catalog.importing import import_files, read_file
from tradefleet.storage.catalog.writing import WriteReport

__all__ = [
    "BadRowsError",
    "Catalog",
    "CheckReport",
    "FileReport",
    "Finding",
    "Findings",
    "ImportReport",
    "SeriesInfo",
    "WriteReport",
    "check",
    "check_series",
    "export",
    "import_files",
    "read_file",
]
