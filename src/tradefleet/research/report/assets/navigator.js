// The strip below the chart: the whole range as a line, the view as a window on it.

const NAVIGATOR_HEIGHT = 40;

class Navigator {
  constructor(view, line) {
    this.view = view;
    this.use(line);
  }

  use({ time, value }) {
    Object.assign(this, { time, value });
    this.range = [Infinity, -Infinity];
    for (const one of value) this.range = [Math.min(this.range[0], one), Math.max(this.range[1], one)];
  }

  place(top, width) {
    Object.assign(this, { top, width, bottom: top + NAVIGATOR_HEIGHT - 2 });
  }

  x(time) {
    return ((time - this.view.start) / (this.view.end - this.view.start)) * this.width;
  }

  timeAt(x) {
    return this.view.start + (x / this.width) * (this.view.end - this.view.start);
  }

  draw(pen, theme) {
    pen.fillStyle = theme.grid;
    pen.fillRect(0, this.top, this.width, this.bottom - this.top);
    if (this.time.length > 1) this.drawLine(pen, theme);
    const left = this.x(this.view.from);
    const wide = Math.max(4, this.x(this.view.to) - left);
    pen.globalAlpha = 0.16;
    pen.fillStyle = theme.accent;
    pen.fillRect(left, this.top, wide, this.bottom - this.top);
    pen.globalAlpha = 1;
    pen.strokeStyle = theme.accent;
    pen.strokeRect(left + 0.5, this.top + 0.5, wide - 1, this.bottom - this.top - 1);
  }

  drawLine(pen, theme) {
    const scale = new Scale(this.range, this.top + 5, this.bottom - 4, false);
    pen.beginPath();
    for (let i = 0; i < this.time.length; i++) pen.lineTo(this.x(this.time[i]), scale.y(this.value[i]));
    pen.strokeStyle = theme.held;
    pen.lineWidth = 1;
    pen.stroke();
  }
}
