"""The page as text: complete, safe, and quiet on the network."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.research.report import html_report, write_report
from tradefleet.research.report.monthly import monthly_returns
from tradefleet.research.report.run import Run

MakeBars = Callable[..., Bars]
MakeResult = Callable[..., Any]
VOID = {"meta", "link", "br", "input", "line", "rect"}
NASTY = "</script><img src=x onerror=alert(1)> & \"q\" 'r'"


class Outline(HTMLParser):
    """Collects elements, attributes and visible text, and checks that elements are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.visible: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.visible.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.visible).split())


@pytest.fixture(scope="module")
def outline(hourly: Any) -> Outline:
    return Outline(html_report([hourly.but(warnings=["31 bars of history are missing"])]))


@pytest.mark.parametrize(
    "part",
    [
        "CalmCross",
        "BTC/USDT",
        "1h on binance",
        "2017-01-01 to 2019-01-01",
        "17,520 bars",
        "10,000.00 became",
        "Buying and holding made",
        "31 bars of history are missing",
        "Monthly returns",
        "Sharpe",
        "max drawdown",
        "stop loss",
        "still open",
        "Profit by hour of entry",
        "fingerprint",
        "entries below minimum",
        "0.001",
    ],
)
def test_page_tells(part: str, outline: Outline) -> None:
    assert part in outline.text


def test_page_asks_nothing_of_the_network(hourly: Any) -> None:
    text = html_report([hourly, hourly])
    assert re.findall(r"https?:|@import|url\(|//[a-z]+\.", text) == []
    for tag, attributes in Outline(text).elements:
        for name in ("src", "href", "srcset", "action", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:")), (tag, name, value)
    assert "default-src 'none'" in text


def test_texts_of_users_cannot_become_markup(hourly: Any) -> None:
    trades = hourly.trades.with_columns(tag=pl.lit(NASTY), exit_reason=pl.lit(NASTY), symbol=pl.lit(NASTY))
    result = hourly.but(
        strategy=NASTY,
        trades=trades,
        parameters={NASTY: NASTY},
        data={"symbol": NASTY, "venue": NASTY},
        settings={NASTY: NASTY},
        warnings=[NASTY],
        counts={NASTY: 1},
        metrics={NASTY: 1.0},
    )
    outline = Outline(html_report([result, result]))
    assert not any(tag == "img" for tag, _ in outline.elements)
    assert sum(tag == "script" for tag, _ in outline.elements) == 2
    assert NASTY in outline.text


def test_data_is_json_without_nan(hourly: Any) -> None:
    text = html_report([hourly.but(metrics={**hourly.metrics, "sharpe": math.nan, "profit_factor": math.inf})])
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text)
    assert data is not None
    assert json.loads(data[1])["runs"][0]["trades"]["length"] == 200
    assert "∞" in text


@pytest.mark.parametrize(("count", "trades"), [(17_520, 0), (1, 0), (0, 0), (3, 1)])
def test_small_and_empty_results_have_a_page(count: int, trades: int, bars_of: MakeBars, result_of: MakeResult) -> None:
    result = result_of(bars_of(count), trades)
    assert "CalmCross" in Outline(html_report([result])).text


def test_result_without_metrics_settings_or_data_has_a_page(hourly: Any) -> None:
    bare = hourly.but(metrics={}, settings={}, data={}, parameters={}, counts={})
    assert "BTC/USDT 1h" in Outline(html_report([bare])).text.replace("</b>", "")


def test_trades_with_missing_exits_have_a_page(hourly: Any) -> None:
    trades = hourly.trades.with_columns(
        exit_time=pl.lit(None, dtype=pl.Datetime("ns", "UTC")), exit_price=pl.lit(None, dtype=pl.Float64)
    )
    assert "CalmCross" in html_report([hourly.but(trades=trades)])


def test_ruined_account_has_a_page(hourly: Any) -> None:
    equity = hourly.equity.with_columns(equity=pl.lit(-5.0))
    assert "-100.05%" in html_report([hourly.but(equity=equity)])


def test_several_results_are_compared_and_share_their_bars(hourly: Any) -> None:
    text = html_report([hourly, hourly.but(strategy="Other"), hourly.but(strategy="Third")])
    assert "3 results compared" in Outline(text).text
    assert text.count('"gap":') == 1
    assert [f'id="run-{i}"' in text for i in range(3)] == [True, True, True]


def test_no_result_is_an_error() -> None:
    with pytest.raises(ParameterError, match="no result"):
        html_report([])


def test_report_is_written_and_its_path_returned(tmp_path: Path, hourly: Any) -> None:
    path = write_report(hourly, str(tmp_path / "report.html"))
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert write_report([hourly, hourly], tmp_path / "two.html").stat().st_size > path.stat().st_size


def test_path_that_cannot_be_written_names_the_cure(tmp_path: Path, hourly: Any) -> None:
    with pytest.raises(ParameterError, match="name a file in a folder that exists"):
        write_report(hourly, tmp_path / "nowhere" / "report.html")


def test_report_replaces_what_a_link_names(tmp_path: Path, hourly: Any) -> None:
    (tmp_path / "link.html").symlink_to(tmp_path / "target.html")
    write_report(hourly, tmp_path / "link.html")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "target.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_same_result_gives_the_same_page(hourly: Any) -> None:
    assert html_report([hourly]) == html_report([hourly])


def test_months_compound_to_the_total(hourly: Any) -> None:
    run = Run(hourly)
    table = monthly_returns(run)
    months = math.prod(1 + value for row in table.values() for month, value in row.items() if month)
    years = math.prod(1 + row[0] for row in table.values())
    assert sorted(table) == [2017, 2018]
    assert [len(row) for row in table.values()] == [13, 13]
    assert months == pytest.approx(run.equity[-1] / run.cash)
    assert years == pytest.approx(run.equity[-1] / run.cash)


def test_holding_follows_the_close(hourly: Any) -> None:
    run = Run(hourly)
    assert run.held[-1] == pytest.approx(10_000 * hourly.bars.close[-1] / hourly.bars.open[0])


def test_a_million_bars_and_many_trades_stay_small(bars_of: MakeBars, result_of: MakeResult) -> None:
    result = result_of(bars_of(1_000_000, "1m"), 37_000)
    assert len(html_report([result])) < 12_000_000
