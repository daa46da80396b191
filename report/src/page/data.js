// What the page is of, what of it is shown, and which trial is chosen.

const data = JSON.parse(document.getElementById('data').textContent);
const count = data.number.length;

const view = {
  objective: 0,
  best: 100, // per cent of the trials with a score
  states: new Set(data.states.keys()),
  magnitude: false,
  chosen: null,
};

const listeners = { shown: [], chosen: [] };
const changed = () => listeners.shown.forEach((act) => act());

function choose(trial) {
  view.chosen = trial;
  listeners.chosen.forEach((act) => act());
}

const score = (trial, objective = view.objective) => data.scores[objective][trial];
const loss = (trial, objective = view.objective) => {
  const value = score(trial, objective);
  return value === null ? Infinity : data.objectives[objective].maximize ? -value : value;
};

// The trials by the objective chosen, the best first; those without a score are left out.
let orders = [];
function order() {
  const of = view.objective;
  orders[of] ??= [...Array(count).keys()].filter((trial) => score(trial, of) !== null)
    .sort((a, b) => loss(a, of) - loss(b, of) || data.number[a] - data.number[b]);
  return orders[of];
}

// How well a trial did, from 0, the worst, to 1, the best, by its place among those with a score.
function goodness() {
  const good = new Float32Array(count);
  const sorted = order();
  sorted.forEach((trial, place) => { good[trial] = sorted.length < 2 ? 1 : 1 - place / (sorted.length - 1); });
  return good;
}

// The trials with a score that are shown, by their numbers.
function shown() {
  const sorted = order();
  const kept = sorted.slice(0, Math.max(1, Math.ceil(sorted.length * view.best / 100)));
  return kept.filter((trial) => view.states.has(data.state[trial])).sort((a, b) => a - b);
}

// Of those that ran to their end.
const finished = (trial) => data.states[data.state[trial]] === 'finished';
const bestTrial = () => (view.objective === 0 ? data.best : order().find(finished)) ?? null;

function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// A number with as many digits as people compare.
function written(value) {
  if (value === null || value === undefined) return '';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) return value.toExponential(3).replace(/\.?0+e/, 'e').replace('e+', 'e');
  return String(Number(value.toPrecision(4)));
}

function parameter(axis, trial) {
  const { choices, values } = data.axes[axis];
  const value = values[trial];
  return value === null ? '' : choices ? choices[value] : written(value);
}

const better = () => data.objectives[view.objective].maximize ? 'more is better' : 'less is better';

// Between -1 and 1, the same for the same trial: keeps what has one value apart.
const jitter = (trial) => ((trial * 0.6180339887) % 1) * 2 - 1;
