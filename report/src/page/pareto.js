// Two objectives against each other, and the trials that no other beats in all.

function paretoFigure() {
  if (data.objectives.length < 2) return;
  const { made, note } = figure('Between objectives');
  const picks = [1, 0];
  if (data.objectives.length > 2) {
    const pick = (place, words) => el('label', {}, words, el('select', {
      onchange: (event) => { picks[place] = Number(event.target.value); plot.paint(); },
    }, ...data.objectives.map(({ name }, of) => el('option', { value: of, selected: of === picks[place] }, name))));
    made.append(el('div', { class: 'pick' }, pick(0, 'across'), pick(1, 'upright')));
  }
  const front = new Set(data.front);
  const plot = new Plot(made, {
    height: 320,
    label: 'Two objectives against each other',
    draw(plot) {
      const [across, upright] = picks;
      const trials = shown().filter((trial) => score(trial, across) !== null && score(trial, upright) !== null);
      const x = scaleOfScores(trials.map((trial) => score(trial, across)), across, false);
      const y = scaleOfScores(trials.map((trial) => score(trial, upright)), upright, false);
      const at = (trial) => [plot.px(x.unit(score(trial, across))), plot.py(y.unit(score(trial, upright)))];
      const words = ({ name, maximize }) => `${name}, ${maximize ? 'more' : 'less'} is better`;
      plot.axes(x, y, words(data.objectives[across]), words(data.objectives[upright]));
      const { size, alpha } = dots(trials.length);
      const color = ramp().color(0.45);
      for (const trial of trials) if (!front.has(trial)) plot.dot(...at(trial), trial, { color, size, alpha, hollow: hollow(trial) });
      const edge = trials.filter((trial) => front.has(trial)).sort((a, b) => score(a, across) - score(b, across));
      if (data.objectives.length === 2) plot.line(edge.map(at), css('--best'), 1.4, 0.7);
      for (const trial of edge) plot.dot(...at(trial), trial, { color: css('--best'), size: Math.max(3.2, size) });
      note.textContent = `${data.front.length} of ${data.total} trials are beaten by no other in all objectives.`;
      legend(keys, [[css('--best'), 'not beaten'], [color, 'the others']]);
    },
  });
  const keys = el('div', { class: 'legend' });
  made.append(keys);
}
