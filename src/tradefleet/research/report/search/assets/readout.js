// What the lines of a plot say under the pointer, or at the place that the arrow keys moved to.

class Readout {
  constructor(drawing, text, marks, x, y) {
    Object.assign(this, { drawing, text, x, y });
    this.lines = marks.filter((mark) => mark.kind === "line" && mark.x.length > 0 && !(mark.thin && !mark.name));
    this.places = [...new Set(this.lines.flatMap((mark) => mark.x))].sort((a, b) => a - b);
    this.at = this.places.length - 1;
    this.hair = svg("line", { class: "hair", y1: y.from, y2: y.to, visibility: "hidden" });
    drawing.append(this.hair);
    if (this.places.length < 2) return;
    drawing.setAttribute("tabindex", "0");
    drawing.addEventListener("pointermove", (event) => this.point(event));
    drawing.addEventListener("pointerleave", () => this.clear());
    drawing.addEventListener("blur", () => this.clear());
    drawing.addEventListener("keydown", (event) => this.press(event));
  }

  point(event) {
    const box = this.drawing.getBoundingClientRect();
    const value = this.x.back(((event.clientX - box.left) * this.drawing.viewBox.baseVal.width) / box.width);
    let [low, high] = [0, this.places.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.places[middle] <= value) low = middle;
      else high = middle;
    }
    this.show(value - this.places[low] < this.places[high] - value ? low : high);
  }

  press(event) {
    const far = Math.max(1, Math.round(this.places.length / 100));
    const step = { ArrowLeft: -far, ArrowRight: far, Home: -this.places.length, End: this.places.length }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.show(Math.max(0, Math.min(this.places.length - 1, this.at + step)));
  }

  show(at) {
    this.at = at;
    const place = this.places[at];
    const left = this.x.at(place);
    for (const end of ["x1", "x2"]) this.hair.setAttribute(end, left);
    this.hair.setAttribute("visibility", "visible");
    const values = this.lines.map((mark) => (mark.name ? mark.name + " " : "") + this.y.written(valueAt(mark, place)));
    this.text.textContent = this.x.written(place) + ": " + values.join(", ");
  }

  clear() {
    this.hair.setAttribute("visibility", "hidden");
    this.text.textContent = "";
  }
}

// A line's value at a place: its own, or the one it had last.
function valueAt(mark, place) {
  let found = null;
  for (let i = 0; i < mark.x.length && mark.x[i] <= place; i++) found = mark.y[i];
  return found;
}
