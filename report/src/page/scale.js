// From values to places on a plot, the round numbers along it, and colours.

// `whole`: only whole numbers stand along it.
function linear(low, high, whole = false) {
  if (low === high) { const pad = Math.abs(low) * 0.1 || 1; low -= pad; high += pad; }
  return {
    low, high,
    unit: (value) => (value - low) / (high - low),
    value: (unit) => low + unit * (high - low),
    ticks(wanted) {
      const raw = (high - low) / Math.max(1, wanted);
      const power = 10 ** Math.floor(Math.log10(raw));
      const fine = [1, 2, 5, 10].map((times) => times * power).find((step) => step >= raw * 0.7);
      const step = whole ? Math.max(1, fine) : fine;
      const all = [];
      for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9 && all.length < 40; at += 1) {
        const value = Number((at * step).toPrecision(12));
        all.push([value, written(value)]);
      }
      return all;
    },
  };
}

function logarithmic(low, high) {
  if (low === high) { low /= 2; high *= 2; }
  const [from, to] = [Math.log(low), Math.log(high)];
  return {
    low, high,
    unit: (value) => (Math.log(value) - from) / (to - from),
    value: (unit) => Math.exp(from + unit * (to - from)),
    ticks(wanted) {
      const decades = Math.log10(high / low);
      const within = (value) => value >= low * 0.9999 && value <= high * 1.0001;
      const powers = [];
      const every = Math.max(1, Math.ceil(decades / Math.max(1, wanted)));
      for (let power = Math.ceil(Math.log10(low) - 1e-9); 10 ** power <= high * 1.0001; power += every) powers.push(10 ** power);
      if (powers.length >= 2) return powers.map((value) => [value, written(value)]);
      const fine = [];
      for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power += 1) {
        for (const times of [1, 2, 5]) fine.push(times * 10 ** power);
      }
      const some = fine.filter(within);
      return (some.length >= 2 ? some : [low, high]).map((value) => [value, written(value)]);
    },
  };
}

function choices(names) {
  const count = Math.max(1, names.length);
  return {
    names,
    unit: (value) => (value + 0.5) / count,
    value: (unit) => Math.min(count - 1, Math.max(0, Math.floor(unit * count))),
    ticks(wanted) {
      const every = Math.max(1, Math.ceil(count / Math.max(1, wanted * 2)));
      return names.map((name, place) => [place, name]).filter(([place]) => place % every === 0);
    },
  };
}

function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? [0, 1] : [low, high];
}

// The scale of a parameter over all trials, so that it stays as it is when fewer are shown; `pad` leaves that share of it
// free at both ends.
function scaleOf(axis, pad = 0) {
  const { scale, choices: names, values } = data.axes[axis];
  if (names) return choices(names);
  const [low, high] = extent(values);
  const whole = values.every((value) => value === null || Number.isInteger(value));
  if (scale === 'log') return logarithmic(low / (high / low) ** pad, high * (high / low) ** pad);
  return linear(low - pad * (high - low), high + pad * (high - low), whole);
}

// A scale for scores. Those that are worse than nearly all others lie at its end, so that a few lost trials do not press
// all others flat; `outside` is how many.
function scaleOfScores(values, objective = view.objective, magnitude = view.magnitude) {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (magnitude && sorted[0] > 0) return { ...logarithmic(sorted[0], sorted[sorted.length - 1]), outside: 0 };
  let [low, high] = [sorted[0] ?? 0, sorted[sorted.length - 1] ?? 1];
  if (sorted.length >= 12) {
    const at = (share) => sorted[Math.floor(share * (sorted.length - 1))];
    const fence = 3 * (at(0.75) - at(0.25));
    if (fence > 0) {
      if (data.objectives[objective].maximize) low = Math.max(low, at(0.25) - fence);
      else high = Math.min(high, at(0.75) + fence);
    }
  }
  const outside = sorted.filter((value) => value < low || value > high).length;
  const pad = (high - low) * 0.04;
  const scale = linear(low - pad, high + pad);
  return { ...scale, outside, unit: (value) => Math.min(1, Math.max(0, scale.unit(value))) };
}

const outsideNote = (scale) =>
  scale.outside === 0 ? '' : `${scale.outside} far worse ${scale.outside === 1 ? 'value lies' : 'values lie'} at the edge. `;

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

// From 0, the worst or earliest, to 1.
function ramp() {
  const stops = css('--ramp').split(/\s+/).map(rgb);
  const parts = (unit) => {
    const place = Math.min(1, Math.max(0, unit)) * (stops.length - 1);
    const at = Math.min(stops.length - 2, Math.floor(place));
    return stops[at].map((from, channel) => Math.round(from + (stops[at + 1][channel] - from) * (place - at)));
  };
  return { parts, color: (unit, alpha = 1) => `rgb(${parts(unit).join(' ')} / ${alpha})`, css: `linear-gradient(90deg, ${css('--ramp').split(/\s+/).join(', ')})` };
}
