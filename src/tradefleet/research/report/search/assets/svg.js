// Drawing elements, and values as this page's measures are written.

const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, typeof value === "number" ? Math.round(value * 100) / 100 : value);
  }
  made.append(...children);
  return made;
}

const colourOf = (name) => "var(--" + name + ")";

function titled(drawn, text) {
  drawn.append(svg("title", {}, text));
  return drawn;
}

const FORMATS = {
  percent: (value) => percent(value),
  signed: (value) => percent(value, true),
  money,
  count: (value) => fixed(value, 0),
  number: (value) => fixed(value, 2),
  days: (value) => fixed(value, 0) + " days",
  duration: (value) => duration(value * HOUR),
  time: isoDate,
  value: (value) => String(Number(value.toPrecision(6))),
};

// Single precision has no infinity in packed columns: its ends stand for it.
const LARGEST = 2e38;

function written(format, value) {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  if (Math.abs(value) > LARGEST) return value > 0 ? "∞" : "-∞";
  return FORMATS[format](value);
}

// Calls back with the width now, and whenever it changes.
function atWidth(root, draw) {
  let last = 0;
  new ResizeObserver(() => {
    const width = Math.floor(root.clientWidth);
    if (width === last || width === 0) return;
    last = width;
    // Later: what is drawn may change sizes that are being told right now.
    setTimeout(() => draw(width));
  }).observe(root);
  last = Math.floor(root.clientWidth);
  if (last > 0) draw(last);
}

// As many of the places as have room, the first always.
function thinned(count, room, each) {
  const step = Math.max(1, Math.ceil((count * each) / Math.max(1, room)));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

const textWidth = (text) => String(text).length * 6.7;
