// What part of time is on screen, and how values become pixels.

class View {
  constructor(start, end, shortest) {
    const margin = Math.max((end - start) * 0.01, shortest);
    this.start = start - margin;
    this.end = end + margin;
    this.shortest = Math.min(shortest * 15, this.end - this.start);
    this.from = this.start;
    this.to = this.end;
  }

  get span() {
    return this.to - this.from;
  }

  set(from, to) {
    const span = Math.min(Math.max(to - from, this.shortest), this.end - this.start);
    const middle = (from + to) / 2;
    this.from = Math.min(Math.max(middle - span / 2, this.start), this.end - span);
    this.to = this.from + span;
  }

  zoom(factor, at) {
    const span = Math.min(Math.max(this.span * factor, this.shortest), this.end - this.start);
    const share = (at - this.from) / this.span;
    const from = at - share * span;
    this.set(from, from + span);
  }

  pan(time) {
    this.set(this.from + time, this.to + time);
  }
}

// A linear or logarithmic scale from values to the rows of an area.
class Scale {
  constructor([low, high], top, bottom, logarithmic) {
    this.log = logarithmic && low > 0;
    this.low = low;
    this.high = high > low ? high : low + (Math.abs(low) || 1) * 0.01;
    this.top = top;
    this.bottom = bottom;
    this.a = this.log ? Math.log(this.low) : this.low;
    this.b = this.log ? Math.log(this.high) : this.high;
  }

  y(value) {
    const inner = this.log ? Math.log(Math.max(value, 1e-300)) : value;
    return this.bottom - ((inner - this.a) / (this.b - this.a)) * (this.bottom - this.top);
  }

  value(y) {
    const inner = this.a + ((this.bottom - y) / (this.bottom - this.top)) * (this.b - this.a);
    return this.log ? Math.exp(inner) : inner;
  }

  ticks() {
    const most = Math.max(2, (this.bottom - this.top) / 44);
    return this.log ? logTicks(this.low, this.high, most) : valueTicks(this.low, this.high, most);
  }
}
