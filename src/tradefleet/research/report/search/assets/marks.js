// The marks of a plot: each says which values it needs and draws itself between two scales.

const known = (value) => value !== null && value !== undefined;

// Points as a path, broken where a value is missing; steps hold a value until the next.
function pathOf(x, y, step) {
  let path = "";
  let open = false;
  let last = 0;
  for (let i = 0; i < x.length; i++) {
    if (!known(y[i])) {
      open = false;
      continue;
    }
    const [left, top] = [x[i].toFixed(1), y[i].toFixed(1)];
    path += open ? (step ? "L" + left + " " + last : "") + "L" + left + " " + top : "M" + left + " " + top;
    [open, last] = [true, top];
  }
  return path;
}

const placed = (values, scale) => values.map((value) => (known(value) ? scale.at(value) : null));

const MARKS = {
  bars: {
    x: (mark) => mark.edges,
    y: (mark) => mark.values,
    draw(mark, x, y) {
      const parts = mark.values.map((value, i) => {
        if (value === 0) return "";
        const [left, right] = [x.at(mark.edges[i]), x.at(mark.edges[i + 1])];
        const colour = mark.below && mark.edges[i + 1] <= 1e-9 ? mark.below : mark.colour;
        const bar = svg("rect", {
          class: "mark", x: left + 0.5, width: Math.max(1, right - left - 1), y: y.at(value),
          height: Math.max(1, y.at(0) - y.at(value)), style: "fill:" + colourOf(colour),
        });
        return titled(bar, fixed(value, 0) + " " + mark.unit + " from " + x.written(mark.edges[i]) + " to " + x.written(mark.edges[i + 1]));
      });
      return parts.filter((part) => part !== "");
    },
  },
  line: {
    x: (mark) => mark.x,
    y: (mark) => mark.y,
    draw(mark, x, y) {
      const [left, top] = [placed(mark.x, x), placed(mark.y, y)];
      const path = pathOf(left, top, mark.step);
      const stroke = "fill:none;stroke:" + colourOf(mark.colour) + ";stroke-width:" + (mark.thin ? 1 : 2);
      const parts = [svg("path", { d: path, style: stroke, "stroke-linejoin": "round", ...(mark.thin ? { "stroke-dasharray": "4 3" } : {}) })];
      if (mark.fill && left.length > 0) {
        const closed = path + "L" + left.at(-1).toFixed(1) + " " + y.at(0) + "L" + left[0].toFixed(1) + " " + y.at(0) + "Z";
        parts.unshift(svg("path", { d: closed, style: "opacity:.18;fill:" + colourOf(mark.colour) }));
      }
      if (mark.dots) parts.push(...dots(mark, x, y, 3));
      return parts;
    },
  },
  band: {
    x: (mark) => mark.x,
    y: (mark) => [...mark.low, ...mark.high],
    draw(mark, x, y) {
      const kept = mark.x.map((_, i) => i).filter((i) => known(mark.low[i]) && known(mark.high[i]));
      if (kept.length === 0) return [];
      const edge = (values, places) => places.map((i) => x.at(mark.x[i]).toFixed(1) + " " + y.at(values[i]).toFixed(1));
      const path = "M" + [...edge(mark.high, kept), ...edge(mark.low, kept.toReversed())].join("L") + "Z";
      return [svg("path", { d: path, style: "opacity:.2;fill:" + colourOf("accent") })];
    },
  },
  dots: {
    x: (mark) => mark.x,
    y: (mark) => mark.y,
    draw: (mark, x, y) => dots(mark, x, y, mark.large ? 5 : mark.faded ? 2.5 : 3),
  },
  rule: {
    x: (mark) => [mark.x],
    y: () => [],
    draw(mark, x, y) {
      if (!known(mark.x)) return [];
      return [svg("line", { x1: x.at(mark.x), x2: x.at(mark.x), y1: y.from, y2: y.to, class: "rule", style: "stroke:" + colourOf(mark.colour) })];
    },
  },
  starts: {
    x: () => [],
    y: () => [],
    draw: (mark, x, y) => mark.x.map((time) => svg("line", { x1: x.at(time), x2: x.at(time), y1: y.from, y2: y.to, class: "start" })),
  },
  groups: {
    x: () => [],
    y: (mark) => mark.values.flat(),
    draw(mark, x, y) {
      const width = Math.max(1, (Math.abs(x.at(1) - x.at(0)) * 0.8) / mark.values.length);
      return mark.values.flatMap((values, series) => values.flatMap((value, i) => {
        if (!known(value)) return [];
        const left = x.at(i) + (series - mark.values.length / 2) * width;
        const [top, bottom] = [Math.min(y.at(value), y.at(0)), Math.max(y.at(value), y.at(0))];
        const bar = svg("rect", { class: "mark", x: left, width: Math.max(1, width - 0.5), y: top, height: Math.max(1, bottom - top), style: "fill:" + colourOf(mark.colours[series]) });
        return [titled(bar, x.written(i) + ", " + mark.names[series] + " " + y.written(value))];
      }));
    },
  },
};

function dots(mark, x, y, size) {
  return mark.x.flatMap((value, i) => {
    if (!known(value) || !known(mark.y[i])) return [];
    const dot = svg("circle", {
      class: "mark", cx: x.at(value), cy: y.at(mark.y[i]), r: size,
      style: "fill:" + colourOf(mark.colour) + (mark.faded ? ";opacity:.45" : ""),
    });
    const lead = mark.titles?.[i] ? mark.titles[i] + "\n" : "";
    return [titled(dot, lead + x.written(value) + ", " + y.written(mark.y[i]))];
  });
}

// The names that explain a plot, each with its colour.
function keysOf(marks) {
  const named = marks.flatMap((mark) => (mark.kind === "groups" ? mark.names.map((name, i) => ({ name, colour: mark.colours[i] })) : [mark]));
  return named.filter((mark) => mark.name && (mark.x === undefined || known(mark.x))).map(({ name, kind, colour = "accent" }) =>
    element("span", {}, element("i", { class: kind ?? "bars", style: "--colour:" + colourOf(colour) }), name));
}
