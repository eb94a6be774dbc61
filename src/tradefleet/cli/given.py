"""What options of several commands mean."""

from __future__ import annotations

import sys

from tradefleet.app.data import read_series
from tradefleet.market.errors import ParameterError
from tradefleet.market.series import Series


def distinct_symbols(symbols: list[str]) -> list[str]:
    """The symbols; raises ParameterError for one that is given twice."""
    for symbol in symbols:
        if symbols.count(symbol) > 1:
            raise ParameterError(f"--symbol {symbol} is given {symbols.count(symbol)} times", cure="give it once")
    return symbols


def published_series(texts: list[str]) -> dict[str, Series]:
    """The series of `--series name=file`."""
    found: dict[str, Series] = {}
    for text in texts:
        name, equals, path = text.partition("=")
        if not equals or not name.strip() or not path.strip():
            raise ParameterError(f"--series {text}", cure="write it as --series fear_greed=fear.csv")
        found[name.strip()] = read_series(path.strip(), name.strip())
    return found


def tell(text: str) -> None:
    """Say something beside the output."""
    sys.stderr.write(f"tradefleet: {text}\n")
