// What follows the pointer: crosshair, legends of the panes, the details of a trade.

class Crosshair {
  constructor(chart) {
    this.chart = chart;
    this.legends = chart.panes.map(() => element("div", { class: "legend" }));
    this.tooltip = element("div", { class: "tooltip", hidden: "hidden" });
  }

  place() {
    this.legends.forEach((legend, i) => { legend.style.top = this.chart.areas[i].top + 4 + "px"; });
  }

  // `place` is where the pointer is, or null.
  draw(pen, place) {
    const { chart } = this;
    const inside = place !== null && place.x <= chart.width && place.y < chart.axisTop;
    const time = inside ? chart.timeAt(place.x) : chart.view.to;
    chart.panes.forEach((pane, i) => this.legends[i].replaceChildren(...pane.legend(time).map(legendPiece)));
    if (inside) this.drawLines(pen, place, time);
    this.showTooltip(inside ? place : null);
  }

  drawLines(pen, { x, y }, time) {
    const { chart } = this;
    pen.strokeStyle = chart.theme.quiet;
    pen.setLineDash([3, 3]);
    pen.beginPath();
    pen.moveTo(Math.round(x) + 0.5, 0);
    pen.lineTo(Math.round(x) + 0.5, chart.axisTop);
    pen.moveTo(0, Math.round(y) + 0.5);
    pen.lineTo(chart.width, Math.round(y) + 0.5);
    pen.stroke();
    pen.setLineDash([]);
    const pane = chart.areas.findIndex((area) => y < area.bottom);
    const when = isoTime(Math.round(time / SECOND) * SECOND).slice(0, 16);
    this.flag(pen, chart.panes[pane].format(chart.scales[pane].value(y)), chart.width + 1, y, 0);
    this.flag(pen, when, x, chart.axisTop + AXIS_HEIGHT / 2, 0.5);
  }

  // A label on an axis; `share` of it lies left of x.
  flag(pen, text, x, y, share) {
    const { full, theme, font } = this.chart;
    pen.font = font;
    const wide = pen.measureText(text).width + 10;
    const left = Math.min(Math.max(0, x - wide * share), full - wide);
    pen.fillStyle = theme.text;
    pen.fillRect(left, y - 9, wide, 18);
    pen.fillStyle = theme.panel;
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.fillText(text, left + 5, y + 0.5);
  }

  showTooltip(place) {
    const { marks, width, height } = this.chart;
    const row = place === null || marks === undefined ? -1 : marks.near(place.x, place.y, 12);
    this.tooltip.hidden = row < 0;
    if (row < 0) return;
    const { title, facts } = marks.describe(row);
    const list = facts.map(([name, value, kind = ""]) => element("div", {}, element("dt", {}, name), element("dd", { class: kind }, value)));
    this.tooltip.replaceChildren(element("b", {}, title), element("dl", {}, ...list));
    const { offsetWidth: wide, offsetHeight: tall } = this.tooltip;
    const right = place.x + 16 + wide <= width;
    this.tooltip.style.left = Math.max(4, right ? place.x + 16 : place.x - wide - 16) + "px";
    this.tooltip.style.top = Math.max(4, Math.min(place.y + 12, height - tall - 4)) + "px";
  }
}

function legendPiece([text, kind]) {
  return kind === "strong" ? element("b", {}, text) : element("span", { style: "color:var(--" + kind + ")" }, text);
}
