// The buttons and boxes above a chart.

const SPANS = [["all", Infinity], ["1 year", 365 * DAY], ["1 month", 30 * DAY], ["1 week", 7 * DAY], ["1 day", DAY], ["4 hours", 4 * HOUR]];

function spanButtons(chart) {
  const { view } = chart;
  const whole = view.end - view.start;
  const fitting = SPANS.filter(([, span]) => span === Infinity || (span < whole && span >= view.shortest));
  return fitting.map(([name, span]) => element("button", { type: "button", onclick: () => chart.showSpan(span) }, name));
}

function zoomButton(chart, title, text, factor) {
  const onclick = () => chart.zoomAt(factor, chart.width / 2);
  return element("button", { type: "button", "aria-label": title, title, onclick }, text);
}

function tickBox(chart, text, checked, change) {
  const box = element("input", { type: "checkbox", onchange: () => { change(box.checked); chart.redraw(); } });
  box.checked = checked;
  return element("label", {}, box, text);
}

// `note` is the element that says what is drawn; `choice` one that chooses it, or null.
function toolbar(chart, note, choice) {
  const lines = chart.panes.flatMap((pane) => pane.lines ?? []).filter((line) => line.optional);
  return element("div", { class: "toolbar" },
    ...(choice === null ? [] : [choice]),
    ...spanButtons(chart),
    zoomButton(chart, "zoom out", "−", 2),
    zoomButton(chart, "zoom in", "+", 0.5),
    ...(chart.panes.some((pane) => pane.canLog) ? [tickBox(chart, "log scale", chart.log, (checked) => { chart.log = checked; })] : []),
    ...lines.map((line) => tickBox(chart, line.name, !line.hidden, (checked) => { line.hidden = !checked; })),
    note);
}

function hint() {
  const touch = matchMedia("(pointer: coarse)").matches;
  const text = touch
    ? "Drag to move, pinch to zoom, tap a trade for details."
    : "Drag to move. Click the chart, then scroll to zoom (or Ctrl + scroll, + and - keys). Double-click for all.";
  return element("div", { class: "hint" }, text);
}
