// Brings the page to life: charts and lists where they are seen, tabs, sorted tables.

const data = JSON.parse(document.getElementById("data").textContent);
const candleSets = new Map();
const lives = new Map();

// Runs on the same bars share their candles.
function candlesOf(key) {
  if (!candleSets.has(key)) candleSets.set(key, Candles.load(data.candles[key]));
  return candleSets.get(key);
}

function levelNote({ panes, marks, view }) {
  const { shown, candles } = panes[0];
  const made = candles.period === shown.period ? "" : ", made of " + periodName(candles.period);
  const thinned = periodName(candles.period) === candles.source ? "" : " (thinned from " + fixed(candles.sourceBars, 0) + " bars of " + candles.source + ")";
  const more = marks.summed ? "; " + fixed(marks.visible, 0) + " trades summed up in the strip, zoom in for each" : "";
  return periodName(shown.period) + " candles" + made + thinned + more;
}

const LINE_COLOURS = ["accent", "second", "third", "fourth", "rise", "fall", "held"];

function overviewOf(candles, run) {
  const { time, close } = candles.inView(run.start, run.end, 2000).columns;
  return { time, value: close };
}

// A pane with a line a symbol; none for one symbol.
async function symbolPanes({ names, time, lines }) {
  if (names.length === 0) return [];
  const times = await unpack(time);
  const values = await Promise.all(lines.map(unpack));
  const drawn = names.map((name, i) => ({ name, colour: LINE_COLOURS[i % LINE_COLOURS.length], width: 1.5, optional: true, time: times, value: values[i] }));
  return [new LinePane("profit", drawn, { format: money, axis: axisLabel, height: { wide: 170, narrow: 130 }, headroom: { wide: 26, narrow: 56 } })];
}

// The candles and trades of one symbol at a time: which one, and the box to choose it.
class Symbols {
  constructor(run, marks) {
    this.keys = new Map(run.symbols);
    this.run = run;
    this.marks = marks;
    this.shown = run.symbols[0][0];
    this.select = element("select", { onchange: () => this.show(this.select.value) },
      ...run.symbols.map(([name]) => element("option", { value: name }, name)));
    this.choice = run.symbols.length > 1 ? element("label", {}, "symbol", this.select) : null;
  }

  async show(symbol) {
    if (symbol === this.shown || !this.keys.has(symbol)) return;
    this.shown = this.select.value = symbol;
    const candles = await candlesOf(this.keys.get(symbol));
    // Another may have been chosen meanwhile.
    if (this.shown !== symbol) return;
    this.chart.panes[0].use(candles);
    this.chart.navigator.use(overviewOf(candles, this.run));
    this.marks.use(symbol);
    this.chart.draw();
  }
}

async function bringToLife(index) {
  const section = document.getElementById("run-" + index);
  const run = data.runs[index];
  const [candles, equity, trades, perSymbol] = await Promise.all([
    candlesOf(run.symbols[0][1]), unpackAll(run.equity), unpackTrades(run.trades), symbolPanes(run.by_symbol),
  ]);
  const worth = { time: equity.time, value: equity.equity.map((value) => value * run.cash) };
  const held = { time: equity.time, value: equity.held.map((value) => value * run.cash) };
  const fall = { time: equity.time, value: drawdownOf(equity.equity, 1) };
  const marks = new TradeMarks(trades, run.symbols.length > 1 ? run.symbols[0][0] : null);
  const symbols = new Symbols(run, marks);
  const panes = [
    new PricePane(candles, marks),
    new LinePane("", [
      { name: "equity", colour: "accent", width: 2, ...worth },
      { name: "buy and hold", colour: "held", optional: true, ...held },
    ], { format: money, axis: axisLabel, height: { wide: 170, narrow: 130 }, canLog: true }),
    new LinePane("", [{ name: "drawdown (day ends)", colour: "fall", fill: true, width: 1, ...fall }],
      { format: (value) => percent(value), axis: percentLabel, height: { wide: 110, narrow: 84 }, ceiling: 0 }),
    ...perSymbol,
  ];
  const chart = new Chart(section.querySelector("[data-chart]"), {
    panes, marks, start: run.start, end: run.end, shortest: candles.period, level: levelNote,
    overview: overviewOf(candles, run), choice: symbols.choice,
    label: "Candles with trades, equity and drawdown of " + run.name,
  });
  symbols.chart = chart;
  const root = section.querySelector("[data-trades]");
  const show = async (row) => {
    await symbols.show(marks.symbolOf(row));
    chart.showTrade(row);
    chart.stage.scrollIntoView({ block: "nearest" });
  };
  if (marks.length === 0) root.replaceChildren(element("p", { class: "quiet" }, "No trades."));
  return { chart, list: marks.length === 0 ? null : new TradeList(root, trades, show) };
}

async function unpackTrades({ length, ...columns }) {
  const decimals = {
    price: Math.max(decimalsOf(columns.entry_price), decimalsOf(columns.exit_price)),
    quantity: decimalsOf(columns.quantity),
  };
  const unpacked = await unpackAll(columns);
  // Prices are shown to seven digits, as the candles are: one gap filled off the grid must not lengthen all.
  const highest = unpacked.entry_price.reduce((a, b) => Math.max(a, b), 1e-9);
  decimals.price = Math.min(decimals.price, Math.max(0, 6 - Math.floor(Math.log10(highest))));
  return { decimals, ...unpacked };
}

function alive(index) {
  if (!lives.has(index)) lives.set(index, bringToLife(index));
  return lives.get(index);
}

async function compare() {
  const root = document.querySelector("[data-comparison]");
  if (root === null) return;
  const lines = [];
  for (const [i, run] of data.runs.entries()) {
    const { time, equity } = await unpackAll({ time: run.equity.time, equity: run.equity.equity });
    lines.push({ name: run.name, colour: LINE_COLOURS[i % LINE_COLOURS.length], width: 2, optional: true, time, value: equity.map((value) => value - 1), equity });
  }
  const falls = lines.map((line) => ({ colour: line.colour, name: "", time: line.time, value: drawdownOf(line.equity, 1), width: 1 }));
  const share = { format: (value) => percent(value, true), axis: percentLabel };
  new Chart(root, {
    panes: [
      new LinePane("return", lines, { ...share, height: { wide: 300, narrow: 240 }, headroom: { wide: 26, narrow: 56 } }),
      new LinePane("drawdown", falls, { ...share, height: { wide: 120, narrow: 90 }, ceiling: 0 }),
    ],
    start: Math.min(...data.runs.map((run) => run.start)),
    end: Math.max(...data.runs.map((run) => run.end)),
    shortest: DAY, overview: { time: lines[0].time, value: lines[0].value }, level: () => "", label: "Returns compared",
  });
}

// #run-1 shows a result, #run-1-trade-7 its seventh trade.
async function follow() {
  const [, run = "0", trade] = location.hash.match(/^#run-(\d+)(?:-trade-(\d+))?$/) ?? [];
  const index = Math.min(Number(run), data.runs.length - 1);
  document.querySelectorAll("section.run").forEach((section, i) => { section.hidden = i !== index; });
  document.querySelectorAll(".tabs a").forEach((tab, i) => tab.setAttribute("aria-selected", String(i === index)));
  const { list } = await alive(index);
  if (trade !== undefined && list !== null) list.pick(Math.min(Math.max(1, Number(trade)), data.runs[index].trades.length) - 1);
}

// Tables whose cells carry data-value: a click on a heading sorts.
function makeSortable(table) {
  const body = table.tBodies[0];
  const order = (row, column) => {
    const { value } = row.cells[column].dataset;
    return value === undefined ? row.cells[column].textContent : value === "" ? NaN : Number(value);
  };
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((a, b) => {
        const [one, other] = [order(a, column), order(b, column)];
        if (typeof one === "string") return down ? other.localeCompare(one) : one.localeCompare(other);
        return Number.isNaN(one) - Number.isNaN(other) || (down ? other - one : one - other);
      });
      body.append(...rows);
    });
  });
}

async function start() {
  if (typeof DecompressionStream === "undefined") {
    for (const chart of document.querySelectorAll(".chart")) chart.textContent = "Charts need a browser of 2023 or newer; the tables below are complete.";
    return;
  }
  document.querySelectorAll("table.sortable").forEach(makeSortable);
  addEventListener("hashchange", follow);
  await Promise.all([follow(), compare()]);
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
}

start();
