// A plot: axes, grid, marks, and the keys below.

const TOP = 24;
const BOTTOM = 22;

function drawPlot(root, plot, width) {
  const height = Number(root.dataset.height);
  const values = (side) => plot.marks.flatMap((mark) => MARKS[mark.kind][side](mark));
  const floor = height - BOTTOM - (plot.x.label ? 16 : 0);
  const y = new Scale(plot.y, values("y"), floor, TOP);
  const rows = y.ticks(plot.y.labels ? 16 : 38);
  const left = Math.min(width / 3, 12 + Math.max(0, ...rows.map(([, text]) => textWidth(text))));
  const x = new Scale(plot.x, values("x"), left, width - 10);
  const columns = x.ticks(plot.x.labels ? 10 + Math.max(...plot.x.labels.map(textWidth)) : plot.x.format === "time" ? 74 : 56);
  const drawing = svg("svg", { viewBox: "0 0 " + width + " " + height, role: "img", "aria-label": plot.label });
  for (const [value, text] of rows) {
    drawing.append(svg("line", { class: "grid", x1: left, x2: width - 10, y1: y.at(value), y2: y.at(value) }));
    drawing.append(svg("text", { class: "tick", x: left - 6, y: y.at(value) + 4, "text-anchor": "end" }, text));
  }
  for (const [value, text] of columns) {
    const half = textWidth(text) / 2;
    const middle = Math.max(half, Math.min(width - half, x.at(value)));
    drawing.append(svg("text", { class: "tick", x: middle, y: floor + 16, "text-anchor": "middle" }, text));
  }
  drawing.append(svg("line", { class: "axis", x1: left, x2: width - 10, y1: floor, y2: floor }));
  if (plot.y.zero && y.low < 0) drawing.append(svg("line", { class: "axis", x1: left, x2: width - 10, y1: y.at(0), y2: y.at(0) }));
  drawing.append(svg("text", { class: "name", x: 0, y: 12 }, plot.y.label));
  if (plot.x.label) drawing.append(svg("text", { class: "name", x: (left + width) / 2, y: height - 4, "text-anchor": "middle" }, plot.x.label));
  for (const mark of plot.marks) drawing.append(svg("g", {}, ...MARKS[mark.kind].draw(mark, x, y)));
  const said = element("span", { class: "readout", "aria-live": "polite" });
  root.replaceChildren(drawing, element("figcaption", {}, ...keysOf(plot.marks), said));
  new Readout(drawing, said, plot.marks, x, y);
}
