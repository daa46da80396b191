// What each trial scored, in the order of the trials, and the best so far.

function historyFigure() {
  const { made, note } = figure('Scores over the trials', true);
  new Plot(made, {
    height: 300,
    label: 'The score of each trial in the order of their numbers, with the best so far',
    draw(plot) {
      const trials = shown();
      const { name } = data.objectives[view.objective];
      const last = Math.max(1, data.number[count - 1] ?? 1);
      const x = linear(-0.01 * last, 1.01 * last, true);
      const y = scaleOfScores(trials.map((trial) => score(trial)));
      const { size, alpha } = dots(trials.length);
      const color = ramp().color(0.62);
      const at = (trial) => [plot.px(x.unit(data.number[trial])), plot.py(y.unit(score(trial)))];
      plot.axes(x, y, 'trial', name);
      for (const trial of trials) plot.dot(...at(trial), trial, { color, size, alpha, hollow: hollow(trial) });
      const steps = [];
      let best = null;
      for (const trial of order().filter(finished).sort((a, b) => a - b)) {
        if (best !== null && loss(trial) >= loss(best)) continue;
        if (best !== null) steps.push([plot.px(x.unit(data.number[trial])), plot.py(y.unit(score(best)))]);
        steps.push(at(trial));
        best = trial;
      }
      if (best !== null) {
        steps.push([plot.px(1), plot.py(y.unit(score(best)))]);
        plot.line(steps, css('--best'), 2.2);
        plot.star(...at(best), best, css('--best'));
      }
      note.textContent = `${outsideNote(y)}${better()}; the best so far as a line.`;
      legend(keys, [[color, 'finished'], ['transparent', 'stopped early (hollow)'], [css('--best'), 'best so far', 'line']]);
      keys.children[1].firstChild.style.boxShadow = `inset 0 0 0 2px ${color}`;
    },
  });
  const keys = el('div', { class: 'legend' });
  made.append(keys);
}
