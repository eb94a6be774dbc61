// A line a combination through all its parameters and measures; bands along the axes choose lines.

const TALL = 330;
const ABOVE = 34;
const BELOW = 18;

class Parallel {
  constructor(root, data) {
    Object.assign(this, { root, data });
    this.bands = new Map();
    this.canvas = element("canvas");
    this.overlay = svg("svg", { role: "group", "aria-label": "Parallel coordinates" });
    this.stage = element("div", { class: "lines-stage" }, this.canvas, this.overlay);
    this.said = element("p", { class: "readout", "aria-live": "polite" });
    root.replaceChildren(element("div", { class: "wide" }, this.stage), this.said);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  async load() {
    const { axes, measures, rank } = this.data;
    this.rank = await unpack(rank);
    const parameters = axes.map(async ({ label, ticks, column }) => ({ label, ticks, unit: await unpack(column) }));
    this.axes = await Promise.all([...parameters, ...measures.map(measured)]);
    atWidth(this.root, (width) => {
      this.width = Math.max(width, this.axes.length * 92);
      this.layout();
      this.draw();
    });
  }

  layout() {
    this.stage.style.width = this.width + "px";
    this.stage.style.aspectRatio = this.width + " / " + TALL;
    const ratio = devicePixelRatio || 1;
    Object.assign(this.canvas, { width: this.width * ratio, height: TALL * ratio });
    this.canvas.getContext("2d").scale(ratio, ratio);
    this.overlay.setAttribute("viewBox", "0 0 " + this.width + " " + TALL);
    this.overlay.replaceChildren(...this.axes.map((axis, i) => this.axis(axis, i)));
  }

  left(number) {
    return 46 + (number * (this.width - 92)) / (this.axes.length - 1);
  }

  top(unit) {
    return TALL - BELOW - unit * (TALL - BELOW - ABOVE);
  }

  axis({ label, ticks }, number) {
    const x = this.left(number);
    let last = Infinity;
    const fits = ticks.filter(([unit]) => {
      const free = last - this.top(unit) >= 15;
      if (free) last = this.top(unit);
      return free;
    });
    const room = Math.max(8, Math.floor((this.width / this.axes.length - 6) / 6.4));
    const short = label.length > room ? label.slice(0, room - 1) + "…" : label;
    return svg("g", {},
      titled(svg("text", { class: "name", x, y: 14, "text-anchor": "middle" }, short), label),
      svg("line", { class: "axis", x1: x, x2: x, y1: this.top(0), y2: this.top(1) }),
      ...fits.map(([unit, text]) => svg("text", { class: "tick outlined", x: x + 5, y: this.top(unit) + 4 }, text)),
      svg("rect", { class: "band", "data-band": number, x: x - 8, width: 16, y: 0, height: 0 }),
      svg("rect", {
        class: "grip", x: x - 18, width: 36, y: this.top(1) - 6, height: this.top(0) - this.top(1) + 12, tabindex: "0",
        role: "group", "aria-label": label + ": arrow keys choose a band, Escape ends it",
        onpointerdown: (event) => this.drag(event, number), onkeydown: (event) => this.press(event, number),
      }));
  }

  drag(event, number) {
    event.preventDefault();
    const unit = (at) => {
      const box = this.overlay.getBoundingClientRect();
      const y = ((at.clientY - box.top) * TALL) / box.height;
      return Math.min(1, Math.max(0, (this.top(0) - y) / (this.top(0) - this.top(1))));
    };
    const start = unit(event);
    const move = (at) => {
      const end = unit(at);
      this.choose(number, Math.abs(end - start) < 0.01 ? null : [Math.min(start, end), Math.max(start, end)]);
    };
    const stop = () => removeEventListener("pointermove", move);
    move(event);
    addEventListener("pointermove", move);
    addEventListener("pointerup", stop, { once: true });
    addEventListener("pointercancel", stop, { once: true });
  }

  press(event, number) {
    const step = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key];
    if (event.key === "Escape") return this.choose(number, null);
    if (step === undefined) return undefined;
    event.preventDefault();
    const [low] = this.bands.get(number) ?? [step > 0 ? -0.1 : 0.9];
    const moved = Math.min(0.8, Math.max(0, low + step));
    return this.choose(number, [moved, moved + 0.2]);
  }

  choose(number, band) {
    if (band === null) this.bands.delete(number);
    else this.bands.set(number, band);
    const shown = this.overlay.querySelector('[data-band="' + number + '"]');
    shown.setAttribute("y", band === null ? 0 : this.top(band[1]));
    shown.setAttribute("height", band === null ? 0 : this.top(band[0]) - this.top(band[1]));
    this.draw();
  }

  chosen(line) {
    for (const [number, [low, high]] of this.bands) {
      const unit = this.axes[number].unit[line];
      if (!(unit >= low - 1e-6 && unit <= high + 1e-6)) return false;
    }
    return true;
  }

  draw() {
    const { lines, count } = this.data;
    const context = this.canvas.getContext("2d");
    const style = getComputedStyle(document.documentElement);
    const [plain, strong, other] = ["accent", "second", "held"].map((name) => style.getPropertyValue("--" + name).trim());
    context.clearRect(0, 0, this.width, TALL);
    const dense = Math.min(1, 60 / lines);
    let [within, first] = [0, -1];
    // The best is drawn last, on top.
    for (let line = lines - 1; line >= 0; line--) {
      const chosen = this.chosen(line);
      if (chosen) [within, first] = [within + 1, line];
      const top = this.rank[line] < Math.max(1, count * 0.02);
      context.strokeStyle = !chosen ? other : top ? strong : plain;
      context.globalAlpha = !chosen ? 0.04 : top ? Math.max(0.35, dense) : Math.max(0.07, dense * (1 - (0.8 * this.rank[line]) / count));
      context.lineWidth = line === 0 ? 2.5 : 1;
      if (line === 0 && chosen) context.globalAlpha = 1;
      this.trace(context, line);
    }
    const shown = fixed(lines, 0) + (lines < count ? " of " + fixed(count, 0) + " combinations drawn, the best and some of all others" : " combinations");
    const best = first < 0 ? "" : "; the best of them has rank " + fixed(this.rank[first] + 1, 0);
    this.said.textContent = this.bands.size ? fixed(within, 0) + " chosen of " + shown + best : shown + "; the best 2% stand out";
  }

  trace(context, line) {
    context.beginPath();
    let open = false;
    this.axes.forEach((axis, number) => {
      const unit = axis.unit[line];
      if (Number.isNaN(unit)) open = false;
      else if (open) context.lineTo(this.left(number), this.top(unit));
      else context.moveTo(this.left(number), this.top(unit));
      open = !Number.isNaN(unit);
    });
    context.stroke();
  }
}

// A measure as an axis; the outermost hundredth on each side lies at its ends.
async function measured({ label, format, column }) {
  const values = await unpack(column);
  const sorted = [...values].filter((value) => Math.abs(value) < LARGEST).sort((a, b) => a - b);
  let low = sorted[Math.floor(sorted.length * 0.01)] ?? 0;
  let high = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 1;
  if (!(high > low)) [low, high] = [low - (Math.abs(low) || 1) * 0.1, high + (Math.abs(high) || 1) * 0.1];
  const at = (value) => Math.min(1, Math.max(0, (value - low) / (high - low)));
  const scale = new Scale({ format, tight: true }, [low, high], 0, TALL - BELOW - ABOVE);
  return { label, ticks: scale.ticks(45).map(([value, text]) => [at(value), text]), unit: values.map(at) };
}
