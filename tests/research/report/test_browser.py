"""The page in a real browser: it draws, it zooms, it decodes what was packed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
import pytest

from tradefleet.market.bars import Bars
from tradefleet.research.report import html_report
from tradefleet.research.report.candles import pack_candles
from tradefleet.research.report.payload import embedded

Open = Callable[[str], str]
MakeBars = Callable[..., Bars]
MakeResult = Callable[..., Any]

# Virtual time runs ahead of the browser's frames: let timers draw instead.
FRAMES = "<script>window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 16);</script>"
# Runs after the page is ready and leaves what it returns in the document.
AFTER = """<script>
const wait = setInterval(async () => {
  if (document.documentElement.dataset.ready === undefined) return;
  clearInterval(wait);
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const $ = (selector) => document.querySelector(selector);
  const level = () => $("section.run:not([hidden]) .level").textContent;
  const button = (text) => [...document.querySelectorAll("button")].find((one) => one.textContent === text);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const texts = (selector) => all(selector).map((one) => one.textContent);
  const result = await (async () => { STEPS })();
  const textContent = JSON.stringify(result);
  document.body.append(Object.assign(document.createElement("pre"), { id: "result", textContent }));
}, 20);
</script>"""


def asked(open_page: Open, text: str, steps: str) -> Any:
    """What some steps in the ready page return."""
    scripted = text.replace("<body>", "<body>" + FRAMES, 1)
    document = open_page(scripted.replace("</body>", AFTER.replace("STEPS", steps) + "</body>"))
    found = re.search(r'<pre id="result">(.*?)</pre>', document, re.DOTALL)
    assert found is not None, "the page did not become ready"
    return json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def test_page_draws_chart_and_trades(open_page: Open, hourly: Any) -> None:
    seen = asked(
        open_page,
        html_report([hourly]),
        """const canvas = $("canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return { colours: new Set(new Uint32Array(data.buffer)).size, level: level(),
                 rows: all(".trades tbody tr").length, sum: $(".sum").textContent, legends: texts(".legend") };""",
    )
    assert seen["colours"] > 20
    assert "candles, made of 1h" in seen["level"]
    assert seen["rows"] == 25
    assert seen["sum"].startswith("200 trades, profit ")
    assert seen["legends"][0].startswith("BTC/USDT")
    assert "buy and hold" in seen["legends"][1]


def test_zooming_shows_finer_candles_and_back(open_page: Open, bars_of: MakeBars, result_of: MakeResult) -> None:
    seen = asked(
        open_page,
        html_report([result_of(bars_of(200_000, "1m"), 3_000)]),
        """const levels = [level()];
        for (const name of ["1 week", "1 day", "4 hours", "all"]) {
          button(name).click();
          await frame();
          levels.push(level());
        }
        const stage = $(".stage");
        stage.focus();
        const wheel = { deltaY: -200, clientX: 300, cancelable: true };
        for (let i = 0; i < 30; i++) stage.dispatchEvent(new WheelEvent("wheel", wheel));
        await frame();
        levels.push(level());
        stage.dispatchEvent(new MouseEvent("dblclick"));
        await frame();
        levels.push(level());
        return levels;""",
    )
    names = [re.match(r"(\w+) candles", text)[1] for text in seen]  # type: ignore[index]
    assert names == ["12h", "30m", "5m", "1m", "12h", "1m", "12h"]
    assert "3,000 trades summed up" in seen[0]
    assert "summed up" not in seen[3]


def test_trade_row_and_link_zoom_to_the_trade(open_page: Open, hourly: Any) -> None:
    entry = hourly.trades["entry_time"][150].strftime("%Y-%m-%d %H:%M")
    seen = asked(
        open_page,
        html_report([hourly]),
        """$(".trades tbody tr").click();
        await frame();
        const clicked = [level(), $("tr.picked").dataset.row];
        location.hash = "#run-0-trade-151";
        await new Promise((done) => setTimeout(done, 100));
        return [...clicked, $("tr.picked").dataset.row, $("tr.picked").textContent];""",
    )
    assert seen[0].startswith("1h candles")
    assert seen[1:3] == ["0", "150"]
    assert entry in seen[3]


def test_list_sorts_filters_and_pages(open_page: Open, hourly: Any) -> None:
    stopped = hourly.trades.filter(pl.col("exit_reason") == "stop_loss")
    seen = asked(
        open_page,
        html_report([hourly]),
        """const cells = (column) => all(".trades tbody tr").map((row) => row.cells[column].textContent);
        const titles = texts(".trades th");
        const heads = all(".trades th button");
        heads[titles.indexOf("profit")].click();
        const best = cells(titles.indexOf("profit"));
        heads[titles.indexOf("profit")].click();
        const worst = cells(titles.indexOf("profit"));
        const reason = all(".filters select")[2];
        reason.value = "stop_loss";
        reason.dispatchEvent(new Event("change"));
        const reasons = new Set(cells(titles.indexOf("exit by")));
        const sum = $(".sum").textContent;
        button("»").click();
        return { best, worst, reasons: [...reasons], sum, where: $(".pager span").textContent };""",
    )
    best, worst = ([float(text.replace(",", "")) for text in seen[name]] for name in ("best", "worst"))
    assert best == sorted(best, reverse=True)
    assert best[0] == pytest.approx(hourly.trades["profit"].max(), abs=0.01)
    assert worst == sorted(worst)
    assert seen["reasons"] == ["stop loss"]
    assert seen["sum"].startswith(f"{len(stopped)} trades")
    assert seen["where"].endswith(f"{len(stopped)} of {len(stopped)}")


def test_pointer_shows_the_bar_and_the_trade(open_page: Open, hourly: Any) -> None:
    seen = asked(
        open_page,
        html_report([hourly]),
        """$(".trades tbody tr").click();
        await frame();
        const stage = $(".stage");
        const box = stage.getBoundingClientRect();
        const legends = new Set();
        let tooltip = "";
        for (let place = 0; place < 60 * 20; place++) {
          const [x, y] = [2 + (place % 60) * 20, 30 + Math.floor(place / 60) * 20];
          const where = { clientX: box.left + x, clientY: box.top + y };
          stage.dispatchEvent(new PointerEvent("pointermove", where));
          await new Promise((done) => requestAnimationFrame(done));
          legends.add($(".legend").textContent);
          if (!$(".tooltip").hidden) tooltip = $(".tooltip").textContent;
          if (tooltip && legends.size > 10) break;
        }
        return { legends: legends.size, tooltip };""",
    )
    assert seen["legends"] > 10
    assert "trade 1" in seen["tooltip"]
    assert "profit" in seen["tooltip"]


def test_tabs_switch_between_results_and_the_table_sorts(open_page: Open, hourly: Any, result_of: MakeResult) -> None:
    other = result_of(hourly.bars, 50, 9).but(strategy="<b>Other</b>")
    seen = asked(
        open_page,
        html_report([hourly, other]),
        """const shown = () => all("section.run:not([hidden])").map((one) => one.id);
        const before = shown();
        all(".tabs a")[1].click();
        await new Promise((done) => setTimeout(done, 300));
        const returns = () => all(".sortable tbody tr").map((row) => Number(row.cells[1].dataset.value));
        all(".sortable th button")[1].click();
        return { before, after: shown(), title: $("#run-1 h1").textContent, returns: returns(), level: level() };""",
    )
    assert (seen["before"], seen["after"]) == (["run-0"], ["run-1"])
    assert seen["title"] == "<b>Other</b>"
    assert seen["returns"] == sorted(seen["returns"], reverse=True)
    assert "candles" in seen["level"]


@pytest.mark.parametrize(("count", "trades"), [(17_520, 0), (1, 0), (0, 0), (3, 1)])
def test_small_and_empty_results_become_ready(
    count: int, trades: int, open_page: Open, bars_of: MakeBars, result_of: MakeResult
) -> None:
    text = html_report([result_of(bars_of(count), trades)])
    assert asked(open_page, text, "return $('[data-trades]').textContent").startswith("side" if trades else "No trades")


@pytest.mark.parametrize("decimals", [2, None])
def test_candles_are_decoded_as_they_were(decimals: int | None, open_page: Open, bars_of: MakeBars) -> None:
    bars = bars_of(5_000, "1m", decimals=decimals)
    scripts = "".join(
        (files("tradefleet.research.report") / "assets" / name).read_text()
        for name in ("unpack.js", "format.js", "candles.js")
    )
    steps = f"""const candles = await Candles.load({embedded(pack_candles(bars))});
    const hours = candles.level(HOUR);
    return {{ base: candles.base, hours }};"""
    page = f"<html data-ready='0'><body><script>{scripts}</script></body></html>"
    seen = asked(open_page, page, steps)
    for name in ("open", "high", "low", "close"):
        found = np.array(list(seen["base"][name].values()))
        assert np.abs(found - getattr(bars, name)).max() <= (1e-9 if decimals else 5.1e-4)
    volume = np.array(list(seen["base"]["volume"].values()))
    assert np.allclose(volume, bars.volume, rtol=0.01)
    assert (np.array(list(seen["base"]["time"].values())) * 1_000_000 == bars.time).all()
    whole_hours = len(bars) // 60
    assert seen["hours"]["high"][:whole_hours] == pytest.approx(
        bars.high[: whole_hours * 60].reshape(-1, 60).max(axis=1).tolist(), abs=1e-3
    )


def test_a_million_bars_open(open_page: Open, bars_of: MakeBars, result_of: MakeResult) -> None:
    text = html_report([result_of(bars_of(1_000_000, "1m"), 37_000)])
    document = open_page(text)
    assert 'data-ready="' in document
    assert "made of 1m; 37,000 trades" in document


def test_box_chooses_the_symbol_whose_candles_and_trades_are_shown(open_page: Open, two_symbols: Any) -> None:
    other = two_symbols.trades["symbol"].to_list().index("ETH/USDT")
    seen = asked(
        open_page,
        html_report([two_symbols]),
        """const legend = () => texts(".legend")[0];
        const select = $(".toolbar select");
        const names = [...select.options].map((one) => one.textContent);
        const before = legend();
        select.value = "ETH/USDT";
        select.dispatchEvent(new Event("change"));
        await new Promise((done) => setTimeout(done, 300));
        const chosen = legend();
        select.value = "BTC/USDT";
        select.dispatchEvent(new Event("change"));
        await new Promise((done) => setTimeout(done, 300));
        all(".trades tbody tr").find((row) => row.dataset.row === "OTHER").click();
        await new Promise((done) => setTimeout(done, 300));
        return { names, before, chosen, picked: [legend(), select.value, $("tr.picked").dataset.row],
                 curves: texts(".legend").at(-1) };""".replace("OTHER", str(other)),
    )
    assert seen["names"] == ["BTC/USDT", "ETH/USDT"]
    assert seen["before"].startswith("BTC/USDT")
    assert seen["chosen"].startswith("ETH/USDT")
    assert seen["picked"][0].startswith("ETH/USDT 1h")
    assert seen["picked"][1:] == ["ETH/USDT", str(other)]
    curves = dict(re.findall(r"(BTC|ETH)/USDT ([\d.]+)", seen["curves"]))
    assert float(curves["ETH"]) == pytest.approx(2 * float(curves["BTC"]), rel=0.01)


def test_only_trades_of_the_shown_symbol_are_drawn(open_page: Open, two_symbols: Any) -> None:
    only_first = two_symbols.but(trades=two_symbols.trades.filter(pl.col("symbol") == "BTC/USDT"))
    picture = """const colours = () => {
          const canvas = $("canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, 430);
          return new Uint32Array(data.buffer).reduce((sum, value) => (sum * 31 + value) % 1000000007, 7);
        };
        const select = $(".toolbar select");
        select.value = "ETH/USDT";
        select.dispatchEvent(new Event("change"));
        await new Promise((done) => setTimeout(done, 300));
        return colours();"""
    without = two_symbols.but(trades=two_symbols.trades.clear())
    first, none, both = (
        asked(open_page, html_report([result]), picture) for result in (only_first, without, two_symbols)
    )
    assert first == none != both


def test_eight_symbols_open_fast(open_page: Open, eight_symbols: Any) -> None:
    document = open_page(html_report([eight_symbols]))
    ready = re.search(r'data-ready="(\d+)"', document)
    assert ready is not None
    assert int(ready[1]) < 2_000
