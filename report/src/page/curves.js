// What trials reported on their way.

function curvesFigure() {
  if (data.curves.length === 0) return;
  const { made, note } = figure('On their way', data.objectives.length < 2);
  new Plot(made, {
    height: 320,
    label: 'What each trial reported at each step',
    draw(plot) {
      const { name } = data.objectives[0];
      const allowed = new Set(shown());
      const unscored = (trial) => score(trial) === null && view.best === 100 && view.states.has(data.state[trial]);
      const curves = data.curves.filter(({ trial }) => allowed.has(trial) || unscored(trial));
      const good = goodness();
      const colors = ramp();
      const [low, high] = extent(curves.flatMap(({ steps }) => steps));
      const x = low > 0 && high / low > 12 ? logarithmic(low, high) : linear(low, high);
      const y = scaleOfScores(curves.flatMap(({ values }) => values), 0, false);
      plot.axes(x, y, high / low > 12 && low > 0 ? 'step, by magnitude' : 'step', name);
      const best = bestTrial();
      const points = ({ steps, values }) => steps.map((step, at) => [step, values[at]]).filter(([, value]) => value !== null)
        .map(([step, value]) => [plot.px(x.unit(step)), plot.py(y.unit(value))]);
      const alpha = curves.length <= 30 ? 0.9 : curves.length <= 120 ? 0.55 : 0.3;
      for (const curve of [...curves].sort((a, b) => good[a.trial] - good[b.trial])) {
        const line = points(curve);
        const strong = good[curve.trial] > 0.95;
        plot.line(line, colors.color(good[curve.trial]), 1.3, strong ? Math.max(alpha, 0.8) : alpha);
        const end = line[line.length - 1];
        if (end && hollow(curve.trial)) plot.dot(...end, curve.trial, { color: colors.color(good[curve.trial]), size: 2.2, alpha: Math.min(1, alpha * 1.8) });
        line.forEach((point) => plot.places.push([...point, curve.trial]));
      }
      const chosen = curves.find(({ trial }) => trial === best);
      if (chosen) plot.line(points(chosen), css('--best'), 2.6);
      const some = data.curves.length < data.number.length ? `${data.curves.length} of ${data.total} trials. ` : '';
      note.textContent = `${some}${outsideNote(y)}A dot ends what was stopped or failed.`;
      legend(keys, [[colors.css, 'worst to best', 'bar'], [css('--best'), 'the best', 'line']]);
    },
  }).joined = true;
  const keys = el('div', { class: 'legend' });
  made.append(keys);
}
