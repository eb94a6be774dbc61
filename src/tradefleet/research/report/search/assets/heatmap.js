// Any measure over any two parameters, the best combination framed.

class Heatmap {
  constructor(root, data) {
    Object.assign(this, { root, data });
    const numbers = data.axes.map((axis, i) => [i, axis.label]);
    this.across = this.select(numbers, data.pairs[0].x, () => this.choose("across"));
    this.down = this.select(numbers, data.pairs[0].y, () => this.choose("down"));
    this.measure = this.select(data.measures.map((measure, i) => [i, measure.label]), 0, () => this.draw());
    this.mode = this.select(Object.entries(data.modes), "", () => this.draw());
    this.others = element("label", {}, "other parameters", this.mode);
    this.stage = element("div", { class: "cells" });
    this.legend = element("div", { class: "legend-bar" });
    this.said = element("p", { class: "readout", "aria-live": "polite" });
    root.replaceChildren(
      element("div", { class: "toolbar" }, element("label", {}, "across", this.across), element("label", {}, "down", this.down),
        element("label", {}, "measure", this.measure), this.others),
      this.stage, element("div", { class: "below" }, this.legend, this.said));
    this.pick();
    atWidth(root, (width) => { this.width = width; this.draw(); });
  }

  select(options, value, onchange) {
    const made = element("select", { onchange }, ...options.map(([key, text]) => element("option", { value: String(key) }, text)));
    made.value = String(value);
    return made;
  }

  // The other box gives way when both would show one parameter, or a pair that is not kept.
  choose(changed) {
    const [kept, other] = changed === "across" ? [this.across, this.down] : [this.down, this.across];
    if (this.pairOf() === undefined) {
      const fits = this.data.pairs.find((pair) => pair.x === Number(kept.value) || pair.y === Number(kept.value));
      other.value = String(fits.x === Number(kept.value) ? fits.y : fits.x);
    }
    this.pick();
    this.draw();
  }

  pairOf() {
    const [across, down] = [Number(this.across.value), Number(this.down.value)];
    return this.data.pairs.find((pair) => (pair.x === across && pair.y === down) || (pair.x === down && pair.y === across));
  }

  pick() {
    const { modes, usual } = this.pairOf();
    for (const option of this.mode.options) option.hidden = option.disabled = !(option.value in modes);
    this.mode.value = usual;
    this.others.hidden = Object.keys(modes).length < 2;
  }

  // The cells row by row, the way round that is asked for.
  async cells() {
    const pair = this.pairOf();
    const values = await unpack(pair.modes[this.mode.value][Number(this.measure.value)]);
    if (pair.x === Number(this.across.value)) return values;
    const [columns, rows] = [this.data.axes[pair.x].labels.length, this.data.axes[pair.y].labels.length];
    return values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
  }

  async draw() {
    const values = await this.cells();
    const [across, down] = [this.data.axes[Number(this.across.value)], this.data.axes[Number(this.down.value)]];
    const [columns, rows] = [across.labels.length, down.labels.length];
    const left = Math.min(this.width / 3, 12 + Math.max(textWidth(down.label), ...down.labels.map(textWidth)));
    const wide = Math.min(96, (this.width - left - 2) / columns);
    const high = Math.max(4, Math.min(34, wide, 520 / rows));
    Object.assign(this, { values, columns, rows, left, wide, high, labels: [across, down] });
    this.colour = coloursOf(values);
    this.stage.replaceChildren(this.drawing());
    this.showLegend();
    this.show(this.data.best[Number(this.across.value)], this.data.best[Number(this.down.value)]);
  }

  drawing() {
    const { left, wide, high, columns, rows, values } = this;
    const [across, down] = this.labels;
    const format = this.data.measures[Number(this.measure.value)].format;
    const [width, height] = [left + wide * columns + 2, high * rows + 62];
    const made = svg("svg", {
      viewBox: "0 0 " + width + " " + height, width, height, role: "img", tabindex: "0",
      "aria-label": this.measure.selectedOptions[0].textContent + " over " + across.label + " and " + down.label + "; arrow keys move",
      onpointermove: (event) => this.point(event), onkeydown: (event) => this.press(event),
    });
    made.append(svg("text", { class: "name", x: 0, y: 14 }, down.label));
    for (const row of thinned(rows, high * rows, 15)) {
      made.append(svg("text", { class: "tick", x: left - 6, y: this.top(row) + high / 2 + 4, "text-anchor": "end" }, down.labels[row]));
    }
    for (const column of thinned(columns, wide * columns, 10 + Math.max(...across.labels.map(textWidth)))) {
      made.append(svg("text", { class: "tick", x: left + (column + 0.5) * wide, y: this.top(rows) + 15, "text-anchor": "middle" }, across.labels[column]));
    }
    made.append(svg("text", { class: "name", x: left + (wide * columns) / 2, y: this.top(rows) + 34, "text-anchor": "middle" }, across.label));
    const gap = wide > 8 && high > 8 ? 1 : 0;
    const texts = wide >= 46 && high >= 18 && rows * columns <= 600;
    for (let i = 0; i < values.length; i++) {
      const [column, row] = [i % columns, Math.floor(i / columns)];
      const [x, y] = [left + column * wide, this.top(row)];
      made.append(svg("rect", { x, y, width: wide - gap, height: high - gap, style: "fill:" + this.colour(values[i]) }));
      if (texts && !Number.isNaN(values[i])) {
        made.append(svg("text", { class: "cell", x: x + wide / 2, y: y + high / 2 + 4, "text-anchor": "middle" }, written(format, values[i])));
      }
    }
    const [column, row] = [this.data.best[Number(this.across.value)], this.data.best[Number(this.down.value)]];
    made.append(svg("rect", { class: "best", x: left + column * wide - 1, y: this.top(row) - 1, width: wide - gap + 2, height: high - gap + 2 }));
    this.cursor = svg("rect", { class: "cursor", width: wide - gap, height: high - gap });
    made.append(this.cursor);
    return made;
  }

  // Rows rise upwards, as on a plot.
  top(row) {
    return 24 + (row === this.rows ? this.rows : this.rows - 1 - row) * this.high;
  }

  point(event) {
    const drawing = this.stage.firstChild;
    const box = drawing.getBoundingClientRect();
    const scale = drawing.viewBox.baseVal.width / box.width;
    const column = Math.floor(((event.clientX - box.left) * scale - this.left) / this.wide);
    const row = this.rows - 1 - Math.floor(((event.clientY - box.top) * scale - 24) / this.high);
    if (column >= 0 && column < this.columns && row >= 0 && row < this.rows) this.show(column, row);
  }

  press(event) {
    const [right, up] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
    if (right === 0 && up === 0) return;
    event.preventDefault();
    this.show(Math.max(0, Math.min(this.columns - 1, this.column + right)), Math.max(0, Math.min(this.rows - 1, this.row + up)));
  }

  show(column, row) {
    Object.assign(this, { column, row });
    this.cursor.setAttribute("x", this.left + column * this.wide);
    this.cursor.setAttribute("y", this.top(row));
    const { label, format } = this.data.measures[Number(this.measure.value)];
    const places = this.labels.map((axis, i) => axis.label + (axis.exact ? " " : " near ") + axis.labels[[column, row][i]]);
    const value = this.values[row * this.columns + column];
    this.said.textContent = places.join(", ") + ": " + label + " " + (Number.isNaN(value) ? "not known" : written(format, value));
  }

  showLegend() {
    const { low, high } = this.colour;
    const { format } = this.data.measures[Number(this.measure.value)];
    const steps = Array.from({ length: 9 }, (_, i) => this.colour(low + ((high - low) * i) / 8));
    this.legend.replaceChildren(written(format, low), element("i", { style: "background:linear-gradient(to right," + steps.join(",") + ")" }), written(format, high));
  }
}

// Colours of values: fall and rise where they lie on both sides of zero, else one hue. The outermost fiftieth on
// each side shares the last shade, that one cell may not flatten all others.
function coloursOf(values) {
  const sorted = [...values].filter((value) => Math.abs(value) < LARGEST).sort((a, b) => a - b);
  const [low, high] = sorted.length ? [sorted[Math.floor(sorted.length * 0.02)], sorted[Math.ceil(sorted.length * 0.98) - 1]] : [0, 0];
  const both = low < 0 && high > 0;
  const reach = Math.max(-low, high);
  const mixed = (name, share) => "color-mix(in oklab,var(--" + name + ") " + Math.round(4 + 80 * Math.min(1, Math.max(0, share))) + "%,var(--panel))";
  const colour = (value) => {
    if (Number.isNaN(value)) return "var(--grid)";
    if (both) return mixed(value < 0 ? "fall" : "rise", Math.abs(value) / reach);
    return mixed("accent", high > low ? 0.08 + (0.92 * (value - low)) / (high - low) : 0.5);
  };
  return Object.assign(colour, { low, high });
}
