// From values to pixels: numbers, times, and places with labels.

const TICK_FORMATS = {
  percent: percentLabel,
  signed: percentLabel,
  time: isoDate,
  value: (value) => String(Number(value.toPrecision(6))),
};

class Scale {
  constructor(axis, values, from, to) {
    Object.assign(this, { axis, from, to });
    if (axis.labels) [this.low, this.high] = [-0.5, axis.labels.length - 0.5];
    else [this.low, this.high] = rangeOf(values, axis);
  }

  at(value) {
    return this.from + ((value - this.low) / (this.high - this.low)) * (this.to - this.from);
  }

  back(pixel) {
    return this.low + ((pixel - this.from) / (this.to - this.from)) * (this.high - this.low);
  }

  // [[value, text]], no more than fit where each takes `each` pixels.
  ticks(each) {
    const room = Math.abs(this.to - this.from);
    const { labels, format } = this.axis;
    if (labels) return thinned(labels.length, room, each).map((place) => [place, labels[place]]);
    const most = Math.max(2, Math.floor(room / each));
    if (format === "time") return timeTicks(this.low, this.high, most).map(({ time, label }) => [time, label]);
    const { values, decimals } = valueTicks(this.low, this.high, most);
    const write = TICK_FORMATS[format] ?? axisLabel;
    // No half combinations.
    const kept = format === "count" ? values.filter(Number.isInteger) : values;
    return kept.map((value) => [value, write(value, decimals)]);
  }

  written(value) {
    const { labels, format } = this.axis;
    return labels ? (labels[Math.round(value)] ?? NONE) : written(format, value);
  }
}

function rangeOf(values, axis) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) [low, high] = [0, 1];
  if (axis.zero) [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (low === high) [low, high] = [low - (Math.abs(low) || 1) * 0.1, high + (Math.abs(high) || 1) * 0.1];
  if (axis.tight || axis.format === "time") return [low, high];
  const edge = (high - low) * 0.04;
  return [axis.zero && low === 0 ? 0 : low - edge, axis.zero && high === 0 ? 0 : high + edge];
}
