"""What all pages have: the head, the note of warnings, facts, and the file around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from tradefleet.market.files import write_file
from tradefleet.research.report.payload import embedded
from tradefleet.research.report.search.contract import Searched
from tradefleet.research.report.search.formats import value_text
from tradefleet.research.report.texts import date, escape, words

_REPORT = files("tradefleet.research.report") / "assets"
_OWN = files("tradefleet.research.report.search") / "assets"
# One scope: together they are the page's script, in this order.
_SHARED_SCRIPTS = ("unpack.js", "format.js", "ticks.js")
_SCRIPTS = (
    "svg.js",
    "scales.js",
    "marks.js",
    "readout.js",
    "plot.js",
    "heatmap.js",
    "parallel.js",
    "sorting.js",
    "search.js",
)

# Facts that are times, in nanoseconds or as texts.
_TIMES = ("first", "last", "anchor", "since", "until")


def write_page(html: str, path: str | Path) -> Path:
    """Write a page to a file, whole or not at all, and return its path.

    Raises ParameterError when the file cannot be written.
    """
    target = Path(path)
    write_file(target, html.encode())
    return target


def whole_page(title: str, body: str, data: Mapping[str, Any]) -> str:
    """The self-contained HTML file: styles, scripts, data; it loads nothing."""
    scripts = [(_REPORT / name) for name in _SHARED_SCRIPTS] + [(_OWN / name) for name in _SCRIPTS]
    return Template((_REPORT / "report.html").read_text(encoding="utf-8")).substitute(
        title=escape(f"{title} · tradefleet"),
        style="\n".join((folder / name).read_text(encoding="utf-8") for folder, name in
                        ((_REPORT, "report.css"), (_OWN, "search.css"))),
        body=body,
        data=embedded(data),
        script="\n".join(script.read_text(encoding="utf-8") for script in scripts),
    )  # fmt: skip


def head(what: str, searched: Searched) -> str:
    """The page's heading, and below it what was traded."""
    data = searched.data
    parts = [f"<b>{escape(data.get('symbol', ''))}</b> {escape(data.get('timeframe', ''))}"]
    first, last = data.get("first"), data.get("last")
    if first is not None and last is not None:
        parts.append(escape(f"{_day(first)} to {_day(last)}"))
    bars = data.get("bars")
    if isinstance(bars, int):
        parts.append(f"{bars:,} bars")
    told = '<span class="dot">·</span>'.join(parts)
    return f'<header><h1>{escape(searched.strategy)} <small>{what}</small></h1><p class="subtitle">{told}</p></header>'


def warnings_note(warnings: Sequence[str]) -> str:
    """What to know before trusting the page."""
    if not warnings:
        return ""
    items = "".join(f"<li>{escape(text)}</li>" for text in warnings)
    return f'<div class="warnings" role="note"><b>Before you trust this</b><ul>{items}</ul></div>'


def facts(title: str, values: Mapping[str, object]) -> str:
    """Names and values in a list."""
    rows = "".join(
        f"<div><dt>{escape(words(str(name)))}</dt><dd>{escape(_told(name, value))}</dd></div>"
        for name, value in values.items()
        if value is not None
    )
    return f"<div><h3>{escape(title)}</h3>{f'<dl>{rows}</dl>' if rows else '<p class=quiet>None.</p>'}</div>"


def block(title: str, note: str, body: str) -> str:
    """A heading and its panel, kept together on paper."""
    small = f" <small>{note}</small>" if note else ""
    return f'<section class="block"><h2>{title}{small}</h2><div class="panel">{body}</div></section>'


def plot(key: str, height: int = 260) -> str:
    """Room for a plot of the page's data."""
    return f'<figure class="plot" data-plot="{escape(key)}" data-height="{height}"></figure>'


def _day(value: object) -> str:
    return date(value) if isinstance(value, int) else str(value)[:10]


def _told(name: str, value: object) -> str:
    return _day(value) if name in _TIMES else _fact(value)


def _fact(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{words(str(name))} {_fact(each)}" for name, each in value.items())
    if isinstance(value, list | tuple | range):
        texts = [_fact(each) for each in value]
        return ", ".join(texts) if len(texts) <= 12 else f"{texts[0]}, {texts[1]} … {texts[-1]} ({len(texts):,} values)"
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else value_text(value)
