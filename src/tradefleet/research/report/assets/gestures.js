// Mouse, touch and keys on the chart's stage.

class Gestures {
  constructor(chart) {
    this.chart = chart;
    this.pointers = new Map();
    const { stage } = chart;
    stage.addEventListener("pointerdown", (event) => this.down(event));
    stage.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, (event) => this.up(event));
    stage.addEventListener("pointerleave", () => chart.point(null));
    stage.addEventListener("dblclick", () => chart.showAll());
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("keydown", (event) => this.key(event));
  }

  place(event) {
    const box = this.chart.stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  down(event) {
    const place = this.place(event);
    this.pointers.set(event.pointerId, place);
    this.inNavigator = this.chart.overNavigator(place.y);
    this.moved = false;
    this.chart.stage.setPointerCapture(event.pointerId);
    if (this.inNavigator) this.chart.navigate(place.x);
    else this.chart.point(place);
  }

  move(event) {
    const place = this.place(event);
    const before = this.pointers.get(event.pointerId);
    if (before === undefined) return this.chart.point(place);
    if (Math.abs(place.x - before.x) + Math.abs(place.y - before.y) > 1) this.moved = true;
    if (this.inNavigator) this.chart.navigate(place.x);
    else if (this.pointers.size === 2) this.pinch(event.pointerId, before, place);
    else this.chart.drag(before.x - place.x);
    this.pointers.set(event.pointerId, place);
    if (event.pointerType === "mouse") this.chart.point(place);
    return undefined;
  }

  pinch(id, before, place) {
    const other = [...this.pointers].find(([key]) => key !== id)[1];
    const wide = Math.max(12, Math.abs(place.x - other.x));
    const was = Math.max(12, Math.abs(before.x - other.x));
    this.chart.zoomAt(was / wide, (place.x + other.x) / 2);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    if (!this.moved && event.type === "pointerup") this.chart.tap(this.place(event));
  }

  // The page keeps scrolling unless the chart has been clicked, or Ctrl is held (a pinch on a touchpad).
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== this.chart.stage) return;
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.chart.drag(event.deltaX);
    else this.chart.zoomAt(Math.exp(Math.max(-1, Math.min(1, event.deltaY * 0.0022))), this.place(event).x);
  }

  key(event) {
    const { chart } = this;
    const middle = chart.width / 2;
    const actions = {
      ArrowLeft: () => chart.drag(-chart.width / 8),
      ArrowRight: () => chart.drag(chart.width / 8),
      "+": () => chart.zoomAt(0.6, middle),
      "=": () => chart.zoomAt(0.6, middle),
      "-": () => chart.zoomAt(1 / 0.6, middle),
      Home: () => chart.showAll(),
      Escape: () => chart.stage.blur(),
    };
    if (!(event.key in actions) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    actions[event.key]();
  }
}
