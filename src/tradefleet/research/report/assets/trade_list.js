// The trades as a table: sorted, filtered and paged over the packed columns.

const PAGE = 25;

class TradeList {
  constructor(root, trades, onPick) {
    Object.assign(this, { root, trades, onPick });
    this.sort = { name: "number", down: false };
    this.side = this.result = this.reason = "";
    this.page = 0;
    this.picked = -1;
    this.columns = tradeColumns(trades);
    this.build();
    this.refresh();
  }

  build() {
    const choice = (title, field, options) => {
      const select = element("select", { onchange: () => { this[field] = select.value; this.page = 0; this.refresh(); } },
        ...options.map(([value, text]) => element("option", { value }, text)));
      // An empty value attribute is left out by element(), and would then be the text.
      select.options[0].value = "";
      return element("label", {}, title, select);
    };
    const reasons = [...this.trades.exit_reason.names].sort().map((name) => [name, name.replaceAll("_", " ")]);
    this.sum = element("span", { class: "sum", "aria-live": "polite" });
    this.filters = element("div", { class: "filters" },
      choice("side", "side", [["", "all"], ["long", "long"], ["short", "short"]]),
      choice("result", "result", [["", "all"], ["won", "won"], ["lost", "lost"]]),
      choice("exit by", "reason", [["", "all"], ...reasons]),
      element("button", { type: "button", onclick: () => this.download() }, "save as CSV"),
      this.sum);
    this.heads = this.columns.map((column) =>
      element("th", { scope: "col", class: column.left ? "text" : "" },
        element("button", { type: "button", onclick: () => this.sortBy(column.name) }, column.title)));
    this.body = element("tbody", {
      onclick: (event) => this.pickFrom(event),
      onkeydown: (event) => event.key === "Enter" && this.pickFrom(event),
    });
    const turn = (text, title, page) =>
      element("button", { type: "button", "aria-label": title, title, onclick: () => { this.page = page(); this.refresh(); } }, text);
    this.back = [turn("«", "first page", () => 0), turn("‹", "page before", () => this.page - 1)];
    this.on = [turn("›", "next page", () => this.page + 1), turn("»", "last page", () => this.pages - 1)];
    this.where = element("span");
    this.pager = element("div", { class: "pager" }, ...this.back, this.where, ...this.on);
    const table = element("table", { class: "trades" }, element("thead", {}, element("tr", {}, ...this.heads)), this.body);
    this.root.replaceChildren(this.filters, element("div", { class: "wide" }, table), this.pager);
  }

  get pages() {
    return Math.max(1, Math.ceil(this.rows.length / PAGE));
  }

  wanted(row) {
    const { trades } = this;
    if (this.side !== "" && (trades.long[row] === 1) !== (this.side === "long")) return false;
    if (this.result === "won" && !(trades.profit[row] > 0)) return false;
    if (this.result === "lost" && !(trades.profit[row] < 0)) return false;
    return this.reason === "" || trades.exit_reason.names[trades.exit_reason.codes[row]] === this.reason;
  }

  refresh() {
    const { key } = this.columns.find((column) => column.name === this.sort.name);
    const keys = Float64Array.from({ length: this.trades.profit.length }, (_, row) => key(row));
    const sign = this.sort.down ? -1 : 1;
    this.rows = [];
    for (let row = 0; row < keys.length; row++) if (this.wanted(row)) this.rows.push(row);
    // What is not a number goes last; equal ones keep their order.
    const missing = (row) => (Number.isNaN(keys[row]) ? 1 : 0);
    this.rows.sort((a, b) => missing(a) - missing(b) || sign * (keys[a] - keys[b]) || a - b);
    this.page = Math.min(Math.max(0, this.page), this.pages - 1);
    this.heads.forEach((head, i) => {
      const chosen = this.columns[i].name === this.sort.name;
      if (chosen) head.setAttribute("aria-sort", this.sort.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    this.show();
  }

  show() {
    const first = this.page * PAGE;
    const shown = this.rows.slice(first, first + PAGE);
    this.body.replaceChildren(...shown.map((row) => this.line(row)));
    const count = this.rows.length;
    this.where.textContent = count === 0 ? "none" : fixed(first + 1, 0) + "–" + fixed(first + shown.length, 0) + " of " + fixed(count, 0);
    this.back.forEach((button) => { button.disabled = this.page === 0; });
    this.on.forEach((button) => { button.disabled = this.page >= this.pages - 1; });
    const profit = this.rows.reduce((sum, row) => sum + (this.trades.profit[row] || 0), 0);
    this.sum.textContent = fixed(count, 0) + (count === 1 ? " trade, profit " : " trades, profit ") + money(profit);
  }

  line(row) {
    const cells = this.columns.map(({ text, kind, left }) =>
      element("td", { class: [left ? "text" : "", kind ? kind(row) : ""].join(" ").trim() }, text(row)));
    return element("tr", { tabindex: "0", "data-row": row, class: row === this.picked ? "picked" : "", title: "show in the chart" }, ...cells);
  }

  sortBy(name) {
    this.sort = { name, down: this.sort.name === name ? !this.sort.down : name !== "number" && name !== "entry_time" };
    this.page = 0;
    this.refresh();
  }

  pickFrom(event) {
    const line = event.target.closest("tr");
    if (line === null) return;
    this.pick(Number(line.dataset.row));
  }

  // Marks a trade, turns to its page and shows it in the chart.
  pick(row) {
    this.picked = row;
    const at = this.rows.indexOf(row);
    if (at >= 0) this.page = Math.floor(at / PAGE);
    this.show();
    this.onPick(row);
  }

  download() {
    const link = element("a", { href: URL.createObjectURL(tradesAsCsv(this.trades, this.rows)), download: "trades.csv" });
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
