// Every trial as a line across its parameters to its score.

function parallelFigure() {
  const { made, note } = figure('Parameters together', true);
  const most = 16;
  const axes = data.axes.length <= most ? [...data.axes.keys()]
    : (data.importances.length > 0 ? data.importances.map(({ axis }) => axis) : [...data.axes.keys()]).slice(0, most);
  const plot = new Plot(made, {
    height: 360,
    label: 'Each trial as a line across its parameters to its score',
    left: 70, right: 70, top: 30, bottom: 16,
    draw(plot) {
      const trials = shown().sort((a, b) => loss(b) - loss(a));
      const colors = ramp();
      const good = goodness();
      const scales = axes.map((axis) => scaleOf(axis));
      const y = scaleOfScores(trials.map((trial) => score(trial)));
      const x = (place) => plot.px(axes.length === 0 ? 0.5 : place / axes.length);
      const points = (trial) => [...scales.map((scale, place) => {
        const value = data.axes[axes[place]].values[trial];
        const apart = scale.names ? jitter(trial) * 0.28 / scale.names.length : 0;
        return value === null ? null : [x(place), plot.py(scale.unit(value) + apart)];
      }).filter((point) => point !== null), [x(axes.length), plot.py(y.unit(score(trial)))]];
      // With thousands of lines the many are a shade and the few best stand out of it.
      const many = trials.length;
      const few = Math.max(5, Math.min(60, many * 0.05));
      const back = many <= 60 ? 0.75 : many <= 600 ? 0.3 : Math.max(0.03, 120 / many);
      trials.forEach((trial, place) => {
        const strong = place >= many - few;
        const line = points(trial);
        plot.line(line, colors.color(good[trial]), strong ? 1.5 : 1, strong ? 0.85 : back);
        line.forEach((point) => plot.places.push([...point, trial]));
      });
      const best = bestTrial();
      if (trials.includes(best)) plot.line(points(best), css('--best'), 2.6);
      [...axes.map((axis) => data.axes[axis].name), data.objectives[view.objective].name].forEach((name, place) => {
        const at = x(place);
        const scale = place < axes.length ? scales[place] : y;
        plot.svg.append(svg('line', { class: 'frame', x1: at, x2: at, y1: plot.py(0), y2: plot.py(1) }));
        const wide = Math.max(4, Math.floor((plot.width - plot.left - plot.right) / Math.max(1, axes.length) / 7.5));
        plot.svg.append(svg('text', { class: 'name', x: at, y: 14, 'text-anchor': 'middle' }, name.length > wide ? `${name.slice(0, wide - 1)}…` : name));
        for (const [value, words] of scale.ticks(5)) {
          const tick = svg('text', { x: at + 5, y: plot.py(scale.unit(value)) + 4 }, words.length > 12 ? `${words.slice(0, 11)}…` : words);
          tick.style.paintOrder = 'stroke';
          tick.style.stroke = css('--ground');
          tick.style.strokeWidth = '3px';
          plot.svg.append(tick);
        }
      });
      note.textContent = `${outsideNote(y)}${axes.length < data.axes.length ? `The ${most} most important of ${data.axes.length} parameters. ` : ''}The best trial is the thick line.`;
      legend(keys, [[colors.css, 'worst to best', 'bar'], [css('--best'), 'the best', 'line']]);
    },
  });
  plot.joined = true;
  const keys = el('div', { class: 'legend' });
  made.append(keys);
}
