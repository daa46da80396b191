// A figure with one plot: a canvas for what there may be thousands of, and above it the axes, the chosen trial and the keys.

const NS = 'http://www.w3.org/2000/svg';

function svg(name, attributes, text) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function figure(title, wide = false) {
  const note = el('p', { class: 'note' });
  const made = el('figure', { class: wide ? 'wide' : '', 'aria-label': title }, el('h2', {}, title), note);
  document.getElementById('figures').append(made);
  return { made, note };
}

// Legends: [colour, words, kind].
function legend(into, items) {
  into.replaceChildren(...items.map(([color, words, kind]) => {
    const key = el('i', { class: kind ?? '', 'aria-hidden': 'true' });
    if (kind === 'line') key.style.color = color;
    else key.style.background = color;
    return el('span', {}, key, words);
  }));
}

class Plot {
  // `draw` gets this plot; it sets `x` and `y` and draws. `where` says at which points a trial is.
  constructor(parent, { height, label, draw, left = 56, right = 12, top = 10, bottom = 40 }) {
    Object.assign(this, { height, draw, left, right, top, bottom });
    this.canvas = el('canvas');
    this.svg = svg('svg', { 'aria-hidden': 'true' });
    this.box = el('div', { class: 'plot', tabindex: '0', role: 'img', 'aria-label': `${label}. Arrow keys go from trial to trial.` }, this.canvas);
    this.box.append(this.svg);
    this.box.style.height = `${height}px`;
    parent.append(this.box);
    this.places = []; // [x, y, trial]
    this.box.addEventListener('click', (event) => this.pick(event));
    this.box.addEventListener('keydown', (event) => this.key(event));
    listeners.chosen.push(() => this.ring());
    Plot.all.push(this);
  }

  paint() {
    const width = this.box.clientWidth;
    if (width === 0) return;
    const density = Math.max(2, window.devicePixelRatio || 1);
    this.width = width;
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(this.height * density);
    this.ink = this.canvas.getContext('2d');
    this.ink.scale(density, density);
    this.svg.setAttribute('viewBox', `0 0 ${width} ${this.height}`);
    this.svg.replaceChildren();
    this.places = [];
    this.draw(this);
    this.rings = svg('g', {});
    this.svg.append(this.rings);
    this.ring();
  }

  // Places of units on the plot.
  px(unit) { return this.left + unit * (this.width - this.left - this.right); }
  py(unit) { return this.height - this.bottom - unit * (this.height - this.top - this.bottom); }

  axes(x, y, xName, yName) {
    const [x0, x1, y0, y1] = [this.px(0), this.px(1), this.py(0), this.py(1)];
    const put = (...parts) => this.svg.append(...parts);
    let last = -Infinity;
    for (const [value, words] of x.ticks(Math.max(2, (x1 - x0) / 70))) {
      const at = this.px(x.unit(value));
      const fits = words.length > 14 ? `${words.slice(0, 13)}…` : words;
      const half = fits.length * 3.3;
      put(svg('line', { class: 'grid', x1: at, x2: at, y1: y0, y2: y1 }));
      if (at - half < last + 6) continue;
      last = at + half;
      put(svg('text', { x: at, y: y0 + 15, 'text-anchor': 'middle' }, fits));
    }
    for (const [value, words] of y.ticks(Math.max(2, (y0 - y1) / 42))) {
      const at = this.py(y.unit(value));
      put(svg('line', { class: 'grid', x1: x0, x2: x1, y1: at, y2: at }));
      put(svg('text', { x: x0 - 6, y: at + 4, 'text-anchor': 'end' }, words.length > 8 ? `${words.slice(0, 7)}…` : words));
    }
    put(svg('rect', { class: 'frame', x: x0, y: y1, width: x1 - x0, height: y0 - y1 }));
    put(svg('text', { class: 'name', x: (x0 + x1) / 2, y: y0 + 32, 'text-anchor': 'middle' }, xName));
    if (yName) {
      const middle = (y0 + y1) / 2;
      put(svg('text', { class: 'name', x: 12, y: middle, 'text-anchor': 'middle', transform: `rotate(-90 12 ${middle})` }, yName));
    }
  }

  // One dot; `hollow` for trials that did not run to their end.
  dot(x, y, trial, { color, size, hollow = false, alpha = 1 }) {
    const { ink } = this;
    ink.globalAlpha = alpha;
    ink.beginPath();
    ink.arc(x, y, size, 0, 2 * Math.PI);
    if (hollow) {
      ink.strokeStyle = color;
      ink.lineWidth = Math.max(1, size * 0.4);
      ink.stroke();
    } else {
      ink.fillStyle = color;
      ink.fill();
    }
    ink.globalAlpha = 1;
    this.places.push([x, y, trial]);
  }

  line(points, color, width, alpha = 1) {
    const { ink } = this;
    ink.globalAlpha = alpha;
    ink.strokeStyle = color;
    ink.lineWidth = width;
    ink.lineJoin = 'round';
    ink.beginPath();
    points.forEach(([x, y], index) => (index === 0 ? ink.moveTo(x, y) : ink.lineTo(x, y)));
    ink.stroke();
    ink.globalAlpha = 1;
  }

  star(x, y, trial, color) {
    const { ink } = this;
    ink.beginPath();
    for (let corner = 0; corner < 10; corner += 1) {
      const [far, angle] = [corner % 2 === 0 ? 8 : 3.4, corner * Math.PI / 5 - Math.PI / 2];
      ink[corner === 0 ? 'moveTo' : 'lineTo'](x + far * Math.cos(angle), y + far * Math.sin(angle));
    }
    ink.closePath();
    ink.fillStyle = color;
    ink.fill();
    ink.strokeStyle = css('--ground');
    ink.lineWidth = 1.2;
    ink.stroke();
    this.places.push([x, y, trial]);
  }

  ring() {
    if (!this.rings) return;
    this.rings.replaceChildren();
    const at = this.places.filter(([, , trial]) => trial === view.chosen);
    if (this.joined && at.length > 1) this.rings.append(svg('polyline', { class: 'ring', points: at.map(([x, y]) => `${x},${y}`).join(' ') }));
    for (const [x, y] of this.joined ? [] : at) this.rings.append(svg('circle', { class: 'ring', cx: x, cy: y, r: 9 }));
  }

  pick(event) {
    const box = this.box.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let [nearest, least] = [null, 30 ** 2];
    for (const [px, py, trial] of this.places) {
      const far = (px - x) ** 2 + (py - y) ** 2;
      if (far <= least) [nearest, least] = [trial, far];
    }
    choose(nearest);
  }

  key(event) {
    const trials = [...new Set([...this.places].sort((a, b) => a[0] - b[0] || a[2] - b[2]).map(([, , trial]) => trial))];
    const at = trials.indexOf(view.chosen);
    const steps = { ArrowRight: at + 1, ArrowLeft: at < 0 ? trials.length - 1 : at - 1, End: trials.length - 1 };
    if (event.key === 'Escape') choose(null);
    else if (event.key === 'Home') choose(bestTrial());
    else if (event.key in steps && trials.length > 0) choose(trials[Math.min(trials.length - 1, Math.max(0, steps[event.key]))]);
    else return;
    event.preventDefault();
  }
}
Plot.all = [];

// How large and how strong dots are when there are so many.
function dots(many) {
  if (many <= 60) return { size: 4.2, alpha: 0.95 };
  if (many <= 600) return { size: 3, alpha: 0.75 };
  return { size: 2, alpha: Math.max(0.42, 0.75 - many / 20000) };
}

const hollow = (trial) => !finished(trial);
