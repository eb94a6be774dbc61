// What is drawn in each band of the chart. A pane has a height, a range of values for the view, draw() and
// legend(time): pieces of [text, kind].

function withMargin([low, high], share) {
  const margin = (high - low || Math.abs(high) || 1) * share;
  return [low - margin, high + margin];
}

function logMargin([low, high], share) {
  const factor = (high / low) ** share || 1;
  return [low / factor, high * factor];
}

class PricePane {
  constructor(candles, marks) {
    this.use(candles);
    this.marks = marks;
    this.height = { wide: 430, narrow: 310 };
    this.headroom = { wide: 24, narrow: 54 };
    this.canLog = true;
  }

  use(candles) {
    this.candles = candles;
    this.title = candles.symbol;
  }

  range(view, width, log) {
    this.shown = this.candles.inView(view.from, view.to, width);
    const { columns, first, last } = this.shown;
    let low = Infinity;
    let high = -Infinity;
    for (let i = first; i < last; i++) {
      if (columns.low[i] < low) low = columns.low[i];
      if (columns.high[i] > high) high = columns.high[i];
    }
    if (low > high) return [0, 1];
    return log && low > 0 ? logMargin([low, high], 0.06) : withMargin([low, high], 0.06);
  }

  format(value) {
    return fixed(value, this.candles.decimals);
  }

  // Grid labels need no more decimals than tell them apart.
  axis(value, decimals) {
    return axisLabel(value, Math.min(decimals, this.candles.decimals));
  }

  draw(pen, box) {
    this.drawVolume(pen, box);
    this.drawCandles(pen, box);
    this.marks?.draw(pen, box);
  }

  drawVolume(pen, { x, scale, theme }) {
    const { columns, first, last, period } = this.shown;
    if (columns.volume === null) return;
    let most = 0;
    for (let i = first; i < last; i++) if (columns.volume[i] > most) most = columns.volume[i];
    if (most === 0) return;
    const height = (scale.bottom - scale.top) * 0.16;
    const width = Math.max(1, (x(period) - x(0)) * 0.7);
    pen.globalAlpha = 0.28;
    for (let i = first; i < last; i++) {
      const tall = (columns.volume[i] / most) * height;
      pen.fillStyle = columns.close[i] >= columns.open[i] ? theme.rise : theme.fall;
      pen.fillRect(x(columns.time[i] + period / 2) - width / 2, scale.bottom - tall, width, tall);
    }
    pen.globalAlpha = 1;
  }

  drawCandles(pen, { x, scale, theme }) {
    const { columns, first, last, period } = this.shown;
    const width = (x(period) - x(0)) * 0.7;
    const body = Math.max(1, Math.round(width));
    for (let i = first; i < last; i++) {
      const centre = Math.round(x(columns.time[i] + period / 2));
      const open = scale.y(columns.open[i]);
      const close = scale.y(columns.close[i]);
      const high = scale.y(columns.high[i]);
      pen.fillStyle = columns.close[i] >= columns.open[i] ? theme.rise : theme.fall;
      pen.fillRect(centre - 0.5, high, 1, Math.max(1, scale.y(columns.low[i]) - high));
      if (body > 1) pen.fillRect(centre - body / 2, Math.min(open, close), body, Math.max(1, Math.abs(open - close)));
    }
  }

  legend(time) {
    const { columns, first, last, period } = this.shown;
    if (columns.time.length === 0) return [["no bars", "quiet"]];
    const at = Math.min(Math.max(firstAtLeast(columns.time, time - period + 1), first), last - 1);
    if (at < 0 || at >= columns.time.length) return [[this.title, "strong"]];
    const kind = columns.close[at] >= columns.open[at] ? "rise" : "fall";
    const change = columns.close[at] / columns.open[at] - 1;
    const pieces = [[this.title + " " + periodName(period), "strong"], [isoTime(columns.time[at]), "quiet"]];
    for (const name of ["open", "high", "low", "close"]) pieces.push([name[0].toUpperCase() + " " + this.format(columns[name][at]), kind]);
    pieces.push([percent(change, true), kind]);
    if (columns.volume !== null) pieces.push(["V " + compact(columns.volume[at]), "quiet"]);
    return pieces;
  }
}

// Lines over time, on one scale: {name, colour, time, value, width, fill, hidden}.
class LinePane {
  constructor(title, lines, { format, axis, height, headroom, canLog = false, ceiling }) {
    Object.assign(this, { title, lines, format, axis, height, headroom, canLog, ceiling });
  }

  visible(line, view) {
    const first = Math.max(0, firstAtLeast(line.time, view.from) - 1);
    return [first, Math.min(line.time.length, firstAtLeast(line.time, view.to) + 1)];
  }

  range(view, width, log) {
    let low = Infinity;
    let high = -Infinity;
    for (const line of this.lines.filter((one) => !one.hidden)) {
      const [first, last] = this.visible(line, view);
      for (let i = first; i < last; i++) {
        if (line.value[i] < low) low = line.value[i];
        if (line.value[i] > high) high = line.value[i];
      }
    }
    if (low > high) return [0, 1];
    if (this.ceiling !== undefined) return [Math.min(low * 1.08, -0.005), this.ceiling];
    return log && low > 0 ? logMargin([low, high], 0.08) : withMargin([low, high], 0.08);
  }

  draw(pen, box, view) {
    for (const line of [...this.lines].reverse()) if (!line.hidden) this.drawLine(pen, box, view, line);
  }

  drawLine(pen, { x, scale, theme }, view, line) {
    const [first, last] = this.visible(line, view);
    if (first >= last) return;
    pen.beginPath();
    for (let i = first; i < last; i++) pen.lineTo(x(line.time[i]), scale.y(line.value[i]));
    pen.strokeStyle = theme[line.colour];
    pen.lineWidth = line.width ?? 1.5;
    pen.lineJoin = "round";
    pen.stroke();
    if (!line.fill) return;
    pen.lineTo(x(line.time[last - 1]), scale.y(0));
    pen.lineTo(x(line.time[first]), scale.y(0));
    pen.globalAlpha = 0.22;
    pen.fillStyle = theme[line.colour];
    pen.fill();
    pen.globalAlpha = 1;
  }

  legend(time) {
    const pieces = this.title ? [[this.title, "strong"]] : [];
    for (const line of this.lines.filter((one) => !one.hidden && one.time.length > 0)) {
      const at = Math.max(0, firstAtLeast(line.time, time + 1) - 1);
      pieces.push([(line.name ? line.name + " " : "") + this.format(line.value[at]), line.colour]);
    }
    return pieces;
  }
}

// Fraction below the highest value so far; the first peak is where it started.
function drawdownOf(values, start) {
  let peak = start;
  return Float64Array.from(values, (value) => {
    if (value > peak) peak = value;
    return value / peak - 1;
  });
}
