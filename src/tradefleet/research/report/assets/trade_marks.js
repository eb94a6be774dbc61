// Trades on the price pane: each one while there is room, else what they brought per stretch of time.

// Pixels of width a trade needs to be drawn with all its marks, and to be drawn at all.
const ROOMY = 11;
const CRAMPED = 2;
const STRIP = 7;

class TradeMarks {
  // Those of one symbol; all of them for null.
  constructor(trades, symbol) {
    this.trades = trades;
    this.use(symbol);
    this.points = [];
    this.visible = 0;
  }

  use(symbol) {
    this.all = symbol === null;
    this.code = this.trades.symbol.names.indexOf(symbol);
    this.picked = -1;
  }

  symbolOf(row) {
    return this.trades.symbol.names[this.trades.symbol.codes[row]];
  }

  get length() {
    return this.trades.entry_time.length;
  }

  inView(view) {
    const { entry_time: entry, exit_time: exit, symbol } = this.trades;
    const rows = [];
    for (let i = 0; i < entry.length; i++) {
      const ours = this.all || symbol.codes[i] === this.code;
      if (ours && entry[i] <= view.to && exit[i] >= view.from) rows.push(i);
    }
    return rows;
  }

  draw(pen, box) {
    const rows = this.inView(box.view);
    this.visible = rows.length;
    this.points = [];
    if (this.picked >= 0) this.drawPicked(pen, box);
    const room = box.width / rows.length;
    this.summed = room < CRAMPED;
    if (room < ROOMY) this.drawStrip(pen, box, rows);
    const [size, exits] = room < ROOMY ? [3.2, false] : room < 3 * ROOMY ? [5, true] : [6.5, true];
    if (!this.summed) for (const row of rows) this.drawTrade(pen, box, row, size, exits);
    if (this.picked >= 0 && rows.includes(this.picked)) this.drawTrade(pen, box, this.picked, 7, true);
  }

  drawPicked(pen, { x, scale, theme }) {
    const left = x(this.trades.entry_time[this.picked]);
    const right = x(this.trades.exit_time[this.picked]);
    pen.globalAlpha = 0.1;
    pen.fillStyle = theme.accent;
    pen.fillRect(left, scale.top, Math.max(2, right - left), scale.bottom - scale.top);
    pen.globalAlpha = 1;
  }

  drawTrade(pen, { x, scale, theme }, row, size, exits) {
    const { trades } = this;
    const colour = trades.profit[row] >= 0 ? theme.rise : theme.fall;
    const from = [x(trades.entry_time[row]), scale.y(trades.entry_price[row])];
    const still = trades.exit_reason.names[trades.exit_reason.codes[row]] === "open";
    const price = trades.exit_price[row];
    const until = [x(trades.exit_time[row]), Number.isFinite(price) ? scale.y(price) : from[1]];
    pen.strokeStyle = colour;
    pen.lineWidth = row === this.picked ? 2 : 1.25;
    pen.setLineDash([4, 3]);
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...until);
    pen.stroke();
    pen.setLineDash([]);
    pen.fillStyle = colour;
    pen.lineWidth = 1.5;
    this.triangle(pen, from, trades.long[row] ? size : -size, theme);
    if (exits && !still) this.square(pen, until, size * 0.62, colour, theme);
    this.points.push([...from, row], [...until, row]);
  }

  // A triangle pointing at the entry: from below for a long, from above for a short trade.
  triangle(pen, [x, y], size, theme) {
    pen.beginPath();
    pen.moveTo(x, y + size * 0.2);
    pen.lineTo(x - size * 0.9, y + size * 1.8);
    pen.lineTo(x + size * 0.9, y + size * 1.8);
    pen.closePath();
    pen.strokeStyle = theme.panel;
    pen.stroke();
    pen.fill();
  }

  square(pen, [x, y], size, colour, theme) {
    pen.fillStyle = theme.panel;
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.rect(x - size, y - size, 2 * size, 2 * size);
    pen.fill();
    pen.stroke();
  }

  drawStrip(pen, { x, scale, theme, width }, rows) {
    const step = 4;
    const sums = new Float64Array(Math.ceil(width / step));
    for (const row of rows) {
      const slot = Math.floor(x(this.trades.exit_time[row]) / step);
      if (slot >= 0 && slot < sums.length) sums[slot] += this.trades.profit[row] || 0;
    }
    const sizes = Array.from(sums, Math.abs).sort((a, b) => a - b);
    const full = sizes[Math.floor(sizes.length * 0.95)] || 1;
    sums.forEach((sum, slot) => {
      if (sum === 0) return;
      pen.globalAlpha = 0.25 + 0.75 * Math.min(1, Math.abs(sum) / full);
      pen.fillStyle = sum > 0 ? theme.rise : theme.fall;
      pen.fillRect(slot * step, scale.bottom - STRIP, step, STRIP);
    });
    pen.globalAlpha = 1;
  }

  // The row whose entry or exit is under the pointer, or -1.
  near(x, y, reach) {
    let best = reach * reach;
    let found = -1;
    for (const [left, top, row] of this.points) {
      const distance = (left - x) ** 2 + (top - y) ** 2;
      if (distance < best) [best, found] = [distance, row];
    }
    return found;
  }

  // Title and facts of one trade.
  describe(row) {
    const { trades } = this;
    const text = (column) => column.names[column.codes[row]];
    const facts = [
      ["entry", isoTime(trades.entry_time[row]) + " at " + fixed(trades.entry_price[row], trades.decimals.price)],
      ["exit", isoTime(trades.exit_time[row]) + " at " + fixed(trades.exit_price[row], trades.decimals.price)],
      ["quantity", fixed(trades.quantity[row], trades.decimals.quantity)],
      ["profit", money(trades.profit[row]) + " (" + percent(trades.profit_ratio[row], true) + ")", tone(trades.profit[row])],
      ["fees", money(trades.fees[row])],
      ["exit by", text(trades.exit_reason).replaceAll("_", " ")],
      ["lasted", duration(trades.exit_time[row] - trades.entry_time[row])],
    ];
    if (text(trades.tag)) facts.push(["tag", text(trades.tag)]);
    return { title: (trades.long[row] ? "Long" : "Short") + " trade " + (row + 1), facts };
  }
}
