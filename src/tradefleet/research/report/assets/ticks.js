// Where grid lines go, and what they are called.

function valueTicks(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  if (!(rough > 0)) return { values: [low], decimals: 2 };
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const values = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++) values.push(n * step);
  return { values, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

function logTicks(low, high, most) {
  if (high / low < 4) return valueTicks(low, high, most);
  const values = [];
  const decades = Math.log10(high / low);
  const steps = decades > most ? [1] : decades > most / 3 ? [1, 3] : [1, 2, 5];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const step of steps) {
      const value = step * 10 ** power;
      if (value >= low && value <= high) values.push(value);
    }
  }
  return { values, decimals: Math.max(0, -Math.floor(Math.log10(low))) };
}

const CLOCK_STEPS = [1, 2, 5, 15, 30].map((n) => n * MINUTE).concat([1, 2, 4, 6, 12, 24, 48].map((n) => n * HOUR), 7 * DAY);
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60, 120];

// [{time, label, strong}]; strong marks the start of a larger unit.
function timeTicks(from, to, most) {
  const rough = (to - from) / Math.max(1, most);
  const step = CLOCK_STEPS.find((n) => n >= rough);
  return step === undefined ? monthTicks(from, to, rough) : clockTicks(from, to, step);
}

function clockTicks(from, to, step) {
  const ticks = [];
  const offset = step === 7 * DAY ? 4 * DAY : 0;
  for (let time = Math.ceil((from - offset) / step) * step + offset; time <= to; time += step) {
    const moment = new Date(time);
    const midnight = time % DAY === 0;
    const label = midnight
      ? moment.getUTCMonth() === 0 && moment.getUTCDate() === 1
        ? String(moment.getUTCFullYear())
        : two(moment.getUTCMonth() + 1) + "-" + two(moment.getUTCDate())
      : two(moment.getUTCHours()) + ":" + two(moment.getUTCMinutes());
    ticks.push({ time, label, strong: midnight && step < DAY });
  }
  return ticks;
}

function monthTicks(from, to, rough) {
  const months = MONTH_STEPS.find((n) => n * 30.4 * DAY >= rough) ?? 240;
  const ticks = [];
  const first = new Date(from);
  let month = Math.floor((first.getUTCFullYear() * 12 + first.getUTCMonth()) / months) * months;
  for (; ; month += months) {
    const year = Math.floor(month / 12);
    const time = Date.UTC(year, month % 12, 1);
    if (time > to) return ticks;
    const january = month % 12 === 0;
    if (time >= from) ticks.push({ time, label: january ? String(year) : year + "-" + two((month % 12) + 1), strong: january && months < 12 });
  }
}
