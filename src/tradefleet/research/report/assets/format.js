// Numbers, times and elements as readers want them.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NONE = "–";

const formatters = new Map();

function fixed(value, decimals) {
  if (!Number.isFinite(value)) return NONE;
  const places = Math.max(0, Math.min(12, decimals));
  if (!formatters.has(places)) {
    formatters.set(places, new Intl.NumberFormat("en-US", { minimumFractionDigits: places, maximumFractionDigits: places }));
  }
  const text = formatters.get(places).format(value);
  return /^-[0.,]*$/.test(text) ? text.slice(1) : text;
}

// Some four significant digits for small amounts, cents for others.
function money(value) {
  const size = Math.abs(value);
  return fixed(value, size === 0 || size >= 1 ? 2 : 3 - Math.floor(Math.log10(size)));
}

function percent(value, signed = false) {
  if (!Number.isFinite(value)) return NONE;
  if (Math.abs(value) >= 10000) return (value * 100).toExponential(2) + "%";
  return (signed && value >= 0.00005 ? "+" : "") + fixed(value * 100, Math.abs(value) < 10 ? 2 : 0) + "%";
}

// A grid label: short, however large.
function axisLabel(value, decimals) {
  return Math.abs(value) >= 1e6 ? compact(value) : fixed(value, decimals);
}

function percentLabel(value, decimals) {
  return fixed(value * 100, decimals - 2) + "%";
}

function compact(value) {
  for (const [size, name] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (Math.abs(value) >= size) return Number((value / size).toPrecision(3)) + name;
  }
  return String(Number(value.toPrecision(3)));
}

const two = (number) => String(number).padStart(2, "0");

function isoDate(time) {
  return new Date(time).toISOString().slice(0, 10);
}

// 2018-03-01 12:30, with seconds only where there are any.
function isoTime(time) {
  const text = new Date(time).toISOString();
  return text.slice(0, 10) + " " + text.slice(11, time % MINUTE ? 19 : 16);
}

function duration(time) {
  if (time < MINUTE) return Math.round(time / SECOND) + " s";
  if (time < HOUR) return Math.round(time / MINUTE) + " min";
  if (time < 2 * DAY) return fixed(time / HOUR, 1) + " h";
  return fixed(time / DAY, 1) + " d";
}

function periodName(period) {
  for (const [size, name] of [[7 * DAY, "w"], [DAY, "d"], [HOUR, "h"], [MINUTE, "m"]]) {
    if (period % size === 0) return period / size + name;
  }
  return period / SECOND + "s";
}

const tone = (value) => (value > 0 ? "rise" : value < 0 ? "fall" : "");

// An element with attributes and children; texts stay texts, whatever they hold.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== "") made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
