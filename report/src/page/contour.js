// The score over two parameters, smoothed between the trials; blank where none was near.

const CELLS = 44;

// A smooth surface through the scores: each cell the mean of the trials around it, the nearer the more (a Gaussian kernel).
function surface(points, levels) {
  const wide = Math.min(0.16, Math.max(0.035, 0.32 * points.length ** -0.25));
  const grid = new Float32Array(CELLS * CELLS).fill(NaN);
  for (let row = 0; row < CELLS; row += 1) {
    for (let column = 0; column < CELLS; column += 1) {
      const [x, y] = [(column + 0.5) / CELLS, (row + 0.5) / CELLS];
      let [sum, weights, nearest] = [0, 0, Infinity];
      for (const [px, py, value] of points) {
        const far = (px - x) ** 2 + (py - y) ** 2;
        if (far < nearest) nearest = far;
        const weight = Math.exp(-far / (2 * wide * wide));
        sum += weight * value;
        weights += weight;
      }
      if (nearest < (2.2 * wide) ** 2 && weights > 0) grid[row * CELLS + column] = sum / weights;
    }
  }
  const [low, high] = extent([...grid].map((value) => (Number.isNaN(value) ? null : value)));
  const level = (value) => Math.min(levels - 1, Math.floor(levels * (value - low) / (high - low || 1)));
  // Between the middles of cells, straight from one to the next.
  const at = (x, y) => {
    const [column, row] = [Math.min(CELLS - 1.001, Math.max(0, x * CELLS - 0.5)), Math.min(CELLS - 1.001, Math.max(0, y * CELLS - 0.5))];
    const [c, r] = [Math.floor(column), Math.floor(row)];
    const [fx, fy] = [column - c, row - r];
    const cell = (dc, dr) => grid[(r + dr) * CELLS + c + dc];
    return (cell(0, 0) * (1 - fx) + cell(1, 0) * fx) * (1 - fy) + (cell(0, 1) * (1 - fx) + cell(1, 1) * fx) * fy;
  };
  return { at, level };
}

function contourFigure() {
  if (data.axes.length < 2) return;
  const { made, note } = figure('Two parameters');
  const sorted = data.importances.length > 1 ? data.importances.map(({ axis }) => axis) : [...data.axes.keys()];
  const picks = sorted.slice(0, 2);
  const pick = (place, words) => el('label', {}, words, el('select', {
    onchange: (event) => { picks[place] = Number(event.target.value); plot.paint(); },
  }, ...data.axes.map(({ name }, axis) => el('option', { value: axis, selected: axis === picks[place] }, name))));
  made.append(el('div', { class: 'pick' }, pick(0, 'across'), pick(1, 'upright')));
  const plot = new Plot(made, {
    height: 320,
    label: 'The score over two parameters',
    draw(plot) {
      const [across, upright] = picks;
      const trials = shown().filter((trial) => data.axes[across].values[trial] !== null && data.axes[upright].values[trial] !== null);
      const [x, y] = [scaleOf(across, 0.03), scaleOf(upright, 0.03)];
      const scores = scaleOfScores(trials.map((trial) => score(trial)));
      const colors = ramp();
      const least = data.objectives[view.objective].maximize ? (unit) => unit : (unit) => 1 - unit;
      const unit = (trial) => [x.unit(data.axes[across].values[trial]), y.unit(data.axes[upright].values[trial])];
      const every = Math.max(1, Math.ceil(trials.length / 1500));
      const points = trials.filter((_, place) => place % every === 0).map((trial) => [...unit(trial), least(scores.unit(score(trial)))]);
      const levels = 10;
      if (points.length >= 3 && across !== upright) {
        const { at, level } = surface(points, levels);
        const [left, top] = [Math.round(plot.px(0)), Math.round(plot.py(1))];
        const [width, height] = [Math.round(plot.px(1)) - left, Math.round(plot.py(0)) - top];
        const sheet = el('canvas', { width, height });
        const ink = sheet.getContext('2d');
        const image = ink.createImageData(width, height);
        const levelAt = (column, row) => {
          const value = at((column + 0.5) / width, 1 - (row + 0.5) / height);
          return Number.isNaN(value) ? -1 : level(value);
        };
        let above = new Int8Array(width).fill(-2);
        for (let row = 0; row < height; row += 1) {
          const here = new Int8Array(width);
          for (let column = 0; column < width; column += 1) {
            here[column] = levelAt(column, row);
            if (here[column] < 0) continue;
            const edge = (above[column] >= 0 && above[column] !== here[column]) || (column > 0 && here[column - 1] >= 0 && here[column - 1] !== here[column]);
            const parts = colors.parts((here[column] + 0.5) / levels);
            const place = (row * width + column) * 4;
            parts.forEach((part, channel) => { image.data[place + channel] = edge ? part * 0.75 : part; });
            image.data[place + 3] = 235;
          }
          above = here;
        }
        ink.putImageData(image, 0, 0);
        plot.ink.drawImage(sheet, left, top, width, height);
      }
      plot.axes(x, y, data.axes[across].name, data.axes[upright].name);
      const apart = (scale, trial) => (scale.names ? jitter(trial) * 0.3 / scale.names.length : 0);
      const place = (trial) => {
        const [ux, uy] = unit(trial);
        return [plot.px(ux + apart(x, trial)), plot.py(uy + apart(y, data.number[trial] * 7))];
      };
      const { alpha } = dots(trials.length);
      const size = trials.length > 1000 ? 0.9 : trials.length > 100 ? 1.5 : 2.6;
      for (const trial of trials) plot.dot(...place(trial), trial, { color: css('--text'), size, alpha: alpha * (trials.length > 1000 ? 0.45 : 0.8) });
      const best = bestTrial();
      if (trials.includes(best)) plot.star(...place(best), best, css('--best'));
      note.textContent = `${data.objectives[view.objective].name}, smoothed between the trials; blank where none was near.`;
      legend(keys, [[colors.css, 'worse to better', 'bar'], [css('--text'), 'a trial'], [css('--best'), 'the best']]);
    },
  });
  const keys = el('div', { class: 'legend' });
  made.append(keys);
}
