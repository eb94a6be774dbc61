// The chart: panes on one time axis, a crosshair over them, an overview below.

const COLOURS = ["panel", "text", "quiet", "line", "grid", "rise", "fall", "accent", "held", "second", "third", "fourth"];
const AXIS_HEIGHT = 24;

class Chart {
  // `overview` is a line {time, value} over the whole range; `marks` may be undefined; `level` says what is drawn;
  // `choice` is an element for the toolbar.
  constructor(root, { panes, start, end, shortest, overview, marks, label, level, choice = null }) {
    Object.assign(this, { panes, marks, level });
    this.view = new View(start, end, shortest);
    this.navigator = new Navigator(this.view, overview);
    this.crosshair = new Crosshair(this);
    this.log = false;
    this.pointer = null;
    this.build(root, label, choice);
    this.readTheme();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.readTheme(); this.redraw(); });
    new ResizeObserver(() => this.resize()).observe(this.stage);
    new Gestures(this);
    this.resize();
  }

  build(root, label, choice) {
    this.note = element("span", { class: "level", "aria-live": "polite" });
    this.base = element("canvas");
    this.over = element("canvas");
    this.stage = element("div", { class: "stage", tabindex: "0", role: "img", "aria-label": label },
      this.base, this.over, ...this.crosshair.legends, this.crosshair.tooltip);
    root.replaceChildren(toolbar(this, this.note, choice), this.stage, hint());
  }

  readTheme() {
    const style = getComputedStyle(document.documentElement);
    this.theme = Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue("--" + name).trim()]));
    this.font = "12px " + getComputedStyle(document.body).fontFamily;
  }

  // Heights come from the panes, the width from the page.
  resize() {
    const full = this.stage.clientWidth;
    if (full === 0 || full === this.full) return;
    this.full = full;
    const size = full < 640 ? "narrow" : "wide";
    this.width = full - (size === "narrow" ? 58 : 74);
    let top = 0;
    this.areas = this.panes.map((pane) => {
      const area = { top, bottom: top + pane.height[size], headroom: pane.headroom?.[size] ?? 24 };
      top = area.bottom;
      return area;
    });
    this.axisTop = top;
    this.navigator.place(top + AXIS_HEIGHT, full);
    this.height = top + AXIS_HEIGHT + NAVIGATOR_HEIGHT;
    this.stage.style.height = this.height + "px";
    const ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.base, this.over]) {
      canvas.width = Math.round(full * ratio);
      canvas.height = Math.round(this.height * ratio);
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.crosshair.place();
    this.draw();
  }

  x(time) {
    return ((time - this.view.from) / this.view.span) * this.width;
  }

  timeAt(x) {
    return this.view.from + (x / this.width) * this.view.span;
  }

  // One drawing a frame, however many events ask for it.
  redraw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.draw(); });
  }

  draw() {
    if (!this.full) return;
    const pen = this.base.getContext("2d");
    pen.clearRect(0, 0, this.full, this.height);
    pen.font = this.font;
    const ticks = timeTicks(this.view.from, this.view.to, this.width / 84);
    this.scales = this.panes.map((pane, i) => {
      const { top, bottom, headroom } = this.areas[i];
      const log = this.log && pane.canLog;
      return new Scale(pane.range(this.view, this.width, log), top + headroom, bottom - 1, log);
    });
    this.panes.forEach((pane, i) => this.drawPane(pen, pane, this.areas[i], this.scales[i], ticks));
    this.drawTimes(pen, ticks);
    this.navigator.draw(pen, this.theme);
    this.note.textContent = this.level(this);
    this.drawPointer();
  }

  drawPane(pen, pane, { top, bottom }, scale, ticks) {
    const { theme, width, view } = this;
    pen.fillStyle = theme.grid;
    for (const tick of ticks) pen.fillRect(Math.round(this.x(tick.time)), top, 1, bottom - top);
    this.drawValues(pen, pane, top, bottom, scale);
    pen.save();
    pen.beginPath();
    pen.rect(0, top, width, bottom - top);
    pen.clip();
    pane.draw(pen, { x: (time) => this.x(time), scale, theme, width, view }, view);
    pen.restore();
    pen.fillStyle = theme.line;
    pen.fillRect(0, bottom - 1, this.full, 1);
    pen.fillRect(width, top, 1, bottom - top);
  }

  drawValues(pen, pane, top, bottom, scale) {
    const { values, decimals } = scale.ticks();
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    for (const value of values) {
      const y = Math.round(scale.y(value));
      pen.fillStyle = this.theme.grid;
      pen.fillRect(0, y, this.width, 1);
      pen.fillStyle = this.theme.quiet;
      if (y > top + 7 && y < bottom - 6) pen.fillText(pane.axis(value, decimals), this.width + 6, y);
    }
  }

  drawTimes(pen, ticks) {
    pen.textBaseline = "middle";
    pen.textAlign = "center";
    let free = 0;
    for (const { time, label, strong } of ticks) {
      const half = pen.measureText(label).width / 2;
      const at = Math.max(half, this.x(time));
      if (at - half < free || at + half > this.full) continue;
      free = at + half + 10;
      pen.fillStyle = strong ? this.theme.text : this.theme.quiet;
      pen.fillText(label, at, this.axisTop + AXIS_HEIGHT / 2);
    }
  }

  overNavigator(y) {
    return y > this.axisTop + AXIS_HEIGHT;
  }

  // Centres the view on a place in the overview.
  navigate(x) {
    const time = this.navigator.timeAt(x);
    this.view.set(time - this.view.span / 2, time + this.view.span / 2);
    this.redraw();
  }

  drag(pixels) {
    this.view.pan((pixels / this.width) * this.view.span);
    this.redraw();
  }

  zoomAt(factor, x) {
    this.view.zoom(factor, this.timeAt(x));
    this.redraw();
  }

  showAll() {
    this.view.set(this.view.start, this.view.end);
    this.redraw();
  }

  // A span around the middle of the view; the newest data when all is shown.
  showSpan(length) {
    if (length === Infinity) return this.showAll();
    const whole = this.view.span > (this.view.end - this.view.start) * 0.98;
    const middle = whole ? this.view.end - length / 2 : (this.view.from + this.view.to) / 2;
    this.view.set(middle - length / 2, middle + length / 2);
    return this.redraw();
  }

  // Zooms to one trade, with as much again on both sides.
  showTrade(row) {
    const { entry_time: entry, exit_time: exit } = this.marks.trades;
    const length = Math.max(exit[row] - entry[row], this.view.shortest * 2);
    this.marks.picked = row;
    this.view.set(entry[row] - length, exit[row] + length);
    this.draw();
  }

  point(place) {
    this.pointer = place;
    if (this.pointing) return;
    this.pointing = true;
    requestAnimationFrame(() => { this.pointing = false; this.drawPointer(); });
  }

  drawPointer() {
    const pen = this.over.getContext("2d");
    pen.clearRect(0, 0, this.full, this.height);
    this.crosshair.draw(pen, this.pointer);
  }

  // Picks the trade under a click or a tap.
  tap(place) {
    this.point(place);
    const row = this.marks?.near(place.x, place.y, 14) ?? -1;
    if (row < 0 || this.overNavigator(place.y)) return;
    this.marks.picked = row;
    this.redraw();
  }
}
