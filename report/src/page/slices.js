// The score against each parameter alone.

function slicesFigure() {
  const { made, note } = figure('Each parameter', true);
  const most = 24;
  const sorted = data.importances.length > 0 ? data.importances.map(({ axis }) => axis) : [...data.axes.keys()];
  const small = el('div', { class: 'small' });
  made.append(small);
  const keys = el('div', { class: 'legend' });
  made.append(keys);
  for (const axis of sorted.slice(0, most)) {
    const { name } = data.axes[axis];
    new Plot(small, {
      height: 210,
      label: `The score against ${name}`,
      draw(plot) {
        const trials = shown().filter((trial) => data.axes[axis].values[trial] !== null);
        const x = scaleOf(axis, 0.03);
        const y = scaleOfScores(shown().map((trial) => score(trial)));
        const colors = ramp();
        const { size, alpha } = dots(trials.length);
        plot.axes(x, y, name, '');
        const at = (trial) => {
          const apart = x.names ? jitter(trial) * 0.3 / x.names.length : 0;
          return [plot.px(x.unit(data.axes[axis].values[trial]) + apart), plot.py(y.unit(score(trial)))];
        };
        for (const trial of trials) {
          plot.dot(...at(trial), trial, { color: colors.color(0.15 + 0.85 * trial / Math.max(1, count - 1)), size: Math.min(size, 3.4), alpha, hollow: hollow(trial) });
        }
        const best = bestTrial();
        if (trials.includes(best)) plot.star(...at(best), best, css('--best'));
        note.textContent = `${outsideNote(y)}Upright: ${data.objectives[view.objective].name}, ${better()}.${sorted.length > most ? ` The ${most} most important parameters.` : ''}`;
        legend(keys, [[colors.css, 'first to last trial', 'bar'], [css('--best'), 'the best']]);
      },
    });
  }
}
