// Brings the page to life: plots, heatmap, parallel coordinates, sorted tables.

const data = JSON.parse(document.getElementById("data").textContent);

async function start() {
  document.querySelectorAll("table.sortable").forEach(makeSortable);
  for (const root of document.querySelectorAll("[data-plot]")) {
    const plot = data.plots[root.dataset.plot];
    if (plot !== undefined) atWidth(root, (width) => drawPlot(root, plot, width));
  }
  if (typeof DecompressionStream === "undefined") {
    for (const root of document.querySelectorAll("[data-heat], [data-lines]")) root.textContent = "This drawing needs a browser of 2023 or newer.";
    return;
  }
  const heat = document.querySelector("[data-heat]");
  if (heat !== null && data.heat !== null) new Heatmap(heat, data.heat);
  const lines = document.querySelector("[data-lines]");
  if (lines !== null && data.lines !== null) await new Parallel(lines, data.lines).load();
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
}

start();
