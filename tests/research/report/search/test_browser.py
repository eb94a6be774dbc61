"""The pages in a real browser: everything is drawn, the heatmap turns, lines are chosen, tables sort."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tradefleet.research.report.search import study_page, sweep_page, walk_forward_page

Open = Callable[[str], str]

# Virtual time runs ahead of the browser's frames, on which observers of sizes wait.
NO_FRAMES = "<script>window.ResizeObserver = class { observe() {} };</script>"
# Runs after the page is ready and leaves what it returns in the document.
AFTER = """<script>
const wait = setInterval(async () => {
  if (document.documentElement.dataset.ready === undefined) return;
  clearInterval(wait);
  const pause = (time = 150) => new Promise((done) => setTimeout(done, time));
  const $ = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const press = (target, key) => target.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
  const choose = async (number, value) => {
    const select = all("[data-heat] select")[number];
    select.value = value;
    select.dispatchEvent(new Event("change"));
    await pause();
  };
  await pause();
  const result = await (async () => { STEPS })();
  const textContent = JSON.stringify(result);
  document.body.append(Object.assign(document.createElement("pre"), { id: "result", textContent }));
}, 20);
</script>"""


def asked(open_page: Open, text: str, steps: str) -> Any:
    """What some steps in the ready page return."""
    scripted = text.replace("<body>", "<body>" + NO_FRAMES, 1)
    document = open_page(scripted.replace("</body>", AFTER.replace("STEPS", steps) + "</body>"))
    found = re.search(r'<pre id="result">(.*?)</pre>', document, re.DOTALL)
    assert found is not None, "the page did not become ready"
    return json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


DRAWN = """return { empty: all("[data-plot]").filter((root) => !root.querySelector("svg")).length,
  plots: all("[data-plot]").length, unsound: all("svg *").filter((one) => [...one.attributes].some(
    ({ value }) => /NaN|undefined|Infinity/.test(value))).map((one) => one.outerHTML.slice(0, 200)) };"""


def test_sweep_draws_turns_and_sorts(open_page: Open, small: Any) -> None:
    seen = asked(
        open_page,
        sweep_page(small),
        """const cells = () => all(".cells text.cell").map((one) => one.textContent);
        const said = () => $(".heatmap .readout").textContent;
        const first = { cells: cells(), said: said(), rects: all(".cells rect").length - 2 };
        press($(".cells svg"), "ArrowLeft");
        const moved = said();
        await choose(1, "2");
        const down = said();
        await choose(0, "2");
        const swapped = all("[data-heat] select").map((one) => one.value);
        await choose(2, "6");
        const drawdown = said();
        const column = [...$("table.sortable").tHead.rows[0].cells].findIndex((one) => one.textContent === "trades");
        const rows = () => [...$("table.sortable").tBodies[0].rows];
        const trades = () => rows().map((row) => Number(row.cells[column].textContent));
        $("table.sortable").tHead.rows[0].cells[column].firstChild.click();
        const sorted = trades();
        const lines = $(".parallel .readout").textContent;
        press($(".grip"), "ArrowUp");
        const chosen = $(".parallel .readout").textContent;
        press($(".grip"), "Escape");
        const all_again = $(".parallel .readout").textContent;
        const canvas = $(".parallel canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const effect = $('[data-plot="effect-0"]');
        press(effect.querySelector("svg"), "Home");
        return { first, moved, down, swapped, drawdown, sorted, lines, chosen, all_again,
          colours: new Set(new Uint32Array(data.buffer)).size, effect: effect.querySelector(".readout").textContent,
          drawn: (() => { DRAWN })() };""".replace("DRAWN", DRAWN),
    )
    best = small.table.row(int(small.table["sharpe"].fill_nan(None).arg_max()), named=True)
    assert seen["first"]["rects"] == 9 * 6
    place = f"entry {best['entry']:g}, stop loss {best['stop_loss']:g}"
    assert seen["first"]["said"] == f"{place}: Sharpe {best['sharpe']:.2f}"
    assert f"{best['sharpe']:.2f}" in seen["first"]["cells"]
    assert seen["moved"].startswith(f"entry {best['entry'] - 2:g}, stop loss")
    assert seen["down"].startswith(f"entry {best['entry']:g}, reward risk {best['reward_risk']:g}: Sharpe")
    assert seen["swapped"][:2] == ["2", "0"]
    assert "max drawdown" in seen["drawdown"]
    assert seen["drawdown"].endswith(f"{best['max_drawdown']:.2%}")
    assert seen["sorted"] == sorted(seen["sorted"], reverse=True)
    assert seen["lines"] == seen["all_again"] == "262 combinations; the best 2% stand out"
    assert re.match(r"\d+ chosen of 262", seen["chosen"])
    assert seen["colours"] > 20
    assert seen["effect"].startswith("20: median ")
    assert seen["drawn"] == {"empty": 0, "plots": 6, "unsound": []}


def test_study_draws(open_page: Open, study_of: Callable[..., Any]) -> None:
    study = study_of()
    make = type(study.objectives[0])
    text = study_page(study.but(objectives=[make(), make("max_drawdown", False)]))
    seen = asked(open_page, text, DRAWN)
    assert seen == {"empty": 0, "plots": 8, "unsound": []}


def test_walk_forward_draws_and_reads_out(open_page: Open, walk_of: Callable[..., Any]) -> None:
    seen = asked(
        open_page,
        walk_forward_page(walk_of()),
        """press($('[data-plot="equity"] svg'), "End");
        press($('[data-plot="drift-2"] svg'), "Home");
        return { equity: $('[data-plot="equity"] .readout').textContent,
          side: $('[data-plot="drift-2"] .readout').textContent, drawn: (() => { DRAWN })() };""".replace(
            "DRAWN", DRAWN
        ),
    )
    walk = walk_of()
    assert seen["equity"].endswith(f"out of sample {walk.equity['equity'][-1]:,.2f}")
    assert seen["side"].endswith(f": {walk.windows['side'][0]}")
    assert seen["drawn"] == {"empty": 0, "plots": 8, "unsound": []}


def test_large_sweep_opens_fast(open_page: Open, large: Any) -> None:
    ready = re.search(r'data-ready="(\d+)"', open_page(sweep_page(large)))
    assert ready is not None
    assert int(ready[1]) < 2_000


def test_infinite_and_missing_values_draw(open_page: Open, small: Any) -> None:
    odd = small.table["sharpe"].clip(0, 0.5).replace({0.5: float("inf")})
    assert odd.is_nan().any()
    seen = asked(open_page, sweep_page(small.but(table=small.table.with_columns(sharpe=odd))), DRAWN)
    assert (seen["empty"], seen["unsound"]) == (0, [])
