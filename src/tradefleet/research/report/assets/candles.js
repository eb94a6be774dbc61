// Candles of every timeframe from the bars in the page, each level built when it is first looked at.

const WEEK = 7 * DAY;
const LADDER = [1, 5, 15, 30].map((n) => n * SECOND).concat(
  [1, 5, 15, 30].map((n) => n * MINUTE),
  [1, 2, 4, 8, 12, 24, 72].map((n) => n * HOUR),
  [1, 2, 4, 13, 52].map((n) => n * WEEK),
);

// The first index whose value is not below the wanted one.
function firstAtLeast(values, wanted) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

class Candles {
  constructor(packed, base) {
    this.symbol = packed.symbol;
    this.source = packed.source;
    this.sourceBars = packed.source_bars;
    this.period = packed.period;
    this.decimals = packed.decimals;
    this.levels = new Map([[packed.period, base]]);
    this.ladder = LADDER.filter((period) => period > packed.period && period % packed.period === 0);
    this.ladder.unshift(packed.period);
  }

  static async load(packed) {
    const { time, gap, body, upper, lower, volume } = await unpackAll({
      time: packed.time, gap: packed.gap, body: packed.body, upper: packed.upper, lower: packed.lower, volume: packed.volume,
    });
    const length = time.length;
    const scale = 10 ** packed.decimals;
    let before = packed.first;
    for (let i = 0; i < length; i++) {
      const open = before + gap[i];
      const close = open + body[i];
      before = close;
      // The packed columns become open, high, low and close in place.
      gap[i] = open / scale;
      upper[i] = ((open > close ? open : close) + upper[i]) / scale;
      lower[i] = ((open < close ? open : close) - lower[i]) / scale;
      body[i] = close / scale;
      if (volume !== null && volume[i] > 0) volume[i] = Math.exp(packed.volume_low + (volume[i] - 1) * packed.volume_step);
    }
    return new Candles(packed, { time, open: gap, high: upper, low: lower, close: body, volume });
  }

  get base() {
    return this.levels.get(this.period);
  }

  level(period) {
    if (!this.levels.has(period)) {
      const finer = [...this.levels.keys()].filter((built) => period % built === 0);
      this.levels.set(period, joined(this.levels.get(Math.max(...finer)), period));
    }
    return this.levels.get(period);
  }

  // The finest level that leaves each candle some pixels.
  inView(from, to, pixels) {
    const wanted = (to - from) / Math.max(40, pixels / 3);
    const period = this.ladder.find((step) => step >= wanted) ?? this.ladder[this.ladder.length - 1];
    const columns = this.level(period);
    const first = Math.max(0, firstAtLeast(columns.time, from - period));
    return { period, columns, first, last: firstAtLeast(columns.time, to) };
  }
}

function joined({ time, open, high, low, close, volume }, period) {
  const offset = period % WEEK === 0 ? 4 * DAY : 0;
  const made = { time: [], open: [], high: [], low: [], close: [], volume: volume === null ? null : [] };
  let until = -Infinity;
  let last = -1;
  for (let i = 0; i < time.length; i++) {
    if (time[i] >= until) {
      const start = Math.floor((time[i] - offset) / period) * period + offset;
      until = start + period;
      last++;
      made.time.push(start);
      made.open.push(open[i]);
      made.high.push(high[i]);
      made.low.push(low[i]);
      made.close.push(close[i]);
      if (volume !== null) made.volume.push(volume[i]);
      continue;
    }
    if (high[i] > made.high[last]) made.high[last] = high[i];
    if (low[i] < made.low[last]) made.low[last] = low[i];
    made.close[last] = close[i];
    if (volume !== null) made.volume[last] += volume[i];
  }
  return made;
}
