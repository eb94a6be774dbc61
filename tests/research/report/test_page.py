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
        "More than holding, more than luck?",
        "-0.50 to 1.25",
        "by weekday",
        "Wednesday",
        "by month",
        "2018-12",
        "17:00",
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


def test_holding_follows_the_close_and_pays_the_fee_once(hourly: Any) -> None:
    run = Run(hourly)
    assert run.held[-1] == pytest.approx(10_000 / 1.001 * hourly.bars.close[-1] / hourly.bars.open[0])


def test_a_million_bars_and_many_trades_stay_small(bars_of: MakeBars, result_of: MakeResult) -> None:
    result = result_of(bars_of(1_000_000, "1m"), 37_000)
    assert len(html_report([result])) < 12_000_000


def test_groups_are_those_of_the_result(hourly: Any) -> None:
    stops = hourly.by("exit_reason").row(by_predicate=pl.col("exit_reason") == "stop_loss", named=True)
    row = re.search(r'<th scope="row">stop loss</th>(.*?)</tr>', html_report([hourly]))
    assert row is not None
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row[1])
    assert cells[0] == str(stops["trades"])
    assert cells[1] == f"{stops['win_rate']:.1%}"
    assert cells[3] == f"{stops['profit_factor']:.2f}"
    assert cells[5].replace(",", "") == f"{stops['profit']:.2f}"
    assert cells[6] == f"{stops['share']:.1%}"


def test_symbols_and_tags_are_told_apart_only_where_there_are_several(hourly: Any, two_symbols: Any) -> None:
    heads = ['<th scope="col">symbol</th>', '<th scope="col">tag</th>']
    assert [head in html_report([hourly]) for head in heads] == [False, False]
    assert [head in html_report([two_symbols]) for head in heads] == [True, False]


def test_measures_stand_beside_holding(hourly: Any) -> None:
    held = hourly.holding.equity[-1] / 10_000 - 1
    row = re.search(r'<th scope="row">total return</th>(.*?)</tr>', html_report([hourly]))
    assert row is not None
    assert f"<td>{held:+.2%}</td>" in row[1]


@pytest.mark.parametrize(("counts", "told"), [({"ambiguous_exits": 7}, True), ({"resolved_exits": 0}, False)])
def test_ambiguous_exits_are_told_once(counts: dict[str, int], told: bool, hourly: Any) -> None:
    text = Outline(html_report([hourly.but(counts=counts)])).text
    assert ("7 exits were ambiguous inside the bar" in text) == told
    assert "Not done" not in text


def test_several_symbols_are_all_in_the_page(two_symbols: Any) -> None:
    text = html_report([two_symbols])
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text)
    assert data is not None
    found = json.loads(data[1])
    assert len(found["candles"]) == 2
    assert [name for name, _ in found["runs"][0]["symbols"]] == ["BTC/USDT", "ETH/USDT"]
    assert found["runs"][0]["by_symbol"]["names"] == ["BTC/USDT", "ETH/USDT"]
    assert "17,520 bars" in Outline(text).text


def test_run_spans_all_symbols(two_symbols: Any) -> None:
    bars = two_symbols.all_bars
    late = {"BTC/USDT": bars["BTC/USDT"][100:200], "ETH/USDT": bars["ETH/USDT"][150:300]}
    run = Run(two_symbols.but(bars=late["BTC/USDT"], all_bars=late))
    assert (run.start, run.end) == (int(bars["BTC/USDT"].time[100]), int(bars["BTC/USDT"].time[300]))


def test_eight_symbols_stay_small(eight_symbols: Any) -> None:
    assert len(html_report([eight_symbols])) < 12_000_000


def test_settings_within_settings_are_told_in_words(hourly: Any) -> None:
    settings = {"cash": 10_000.0, "account": {"max_positions": 3, "hedged": False}, "symbols": ["A", "B"]}
    text = Outline(html_report([hourly.but(settings=settings)])).text
    assert "max positions 3, hedged no" in text
    assert "A, B" in text
