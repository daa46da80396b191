// Puts the page together.

function controls() {
  const form = document.getElementById('controls');
  form.addEventListener('submit', (event) => event.preventDefault());
  if (data.objectives.length > 1) {
    form.append(el('label', {}, 'objective', el('select', {
      onchange: (event) => { view.objective = Number(event.target.value); changed(); },
    }, ...data.objectives.map(({ name }, of) => el('option', { value: of }, name)))));
  }
  const output = el('output', {}, '100 %');
  form.append(el('label', {}, 'the best', el('input', {
    type: 'range', min: '1', max: '100', value: '100',
    oninput: (event) => { view.best = Number(event.target.value); output.textContent = `${view.best} %`; changed(); },
  }), output));
  data.states.forEach((name, state) => {
    if (data.counts[state] === 0) return;
    form.append(el('label', {}, el('input', {
      type: 'checkbox', checked: true,
      onchange: (event) => { view.states[event.target.checked ? 'add' : 'delete'](state); changed(); },
    }), `${data.counts[state]} ${name}`));
  });
  const positive = data.scores.every((scores) => scores.every((value) => value === null || value > 0));
  if (positive && order().length > 0) {
    form.append(el('label', {}, el('input', {
      type: 'checkbox', onchange: (event) => { view.magnitude = event.target.checked; changed(); },
    }), 'scores by magnitude'));
  }
  form.hidden = false;
}

function chosenTrial() {
  const box = document.getElementById('chosen');
  const part = (name, value) => el('span', {}, el('b', {}, name), ` ${value}`);
  listeners.chosen.push(() => {
    const trial = view.chosen;
    box.hidden = trial === null;
    if (trial === null) return;
    const error = data.errors[data.error[trial]];
    box.replaceChildren(part('trial', data.number[trial]), part('', data.states[data.state[trial]]),
      ...data.objectives.map(({ name }, of) => part(name, written(score(trial, of)) || '—')),
      ...data.axes.map(({ name }, axis) => part(name, parameter(axis, trial) || '—')),
      part('took', `${written(data.seconds[trial])} s`), ...(error ? [part('error', error)] : []));
  });
}

function start() {
  controls();
  chosenTrial();
  if (order().length > 0) {
    historyFigure();
    importancesFigure();
    contourFigure();
    curvesFigure();
    paretoFigure();
    parallelFigure();
    slicesFigure();
  }
  trialsTable();
  const paint = () => Plot.all.forEach((plot) => plot.paint());
  listeners.shown.push(paint);
  paint();
  let waiting = 0;
  window.addEventListener('resize', () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(paint); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
  // Paper is white, whatever the screen is.
  window.addEventListener('beforeprint', () => { document.documentElement.dataset.print = ''; paint(); });
  window.addEventListener('afterprint', () => { delete document.documentElement.dataset.print; paint(); });
}

start();
