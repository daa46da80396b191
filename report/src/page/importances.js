// Which parameters decide about the score. Computed where the page was made.

function importancesFigure() {
  const { made, note } = figure('Which parameters matter');
  const { importances } = data;
  if (importances.length === 0) {
    note.textContent = 'Too few trials have different scores to say so.';
    return;
  }
  const together = Math.max(0, 1 - importances.reduce((sum, { share }) => sum + share, 0));
  const percent = (share) => `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`;
  const most = 20;
  const rows = [...importances.slice(0, most).map(({ axis, share, spread }) => [data.axes[axis].name, share, `± ${percent(spread)}`]),
    ['together', together, '']];
  const widest = Math.max(...rows.map(([, share]) => share), 1e-9);
  made.append(el('table', { class: 'bars' }, el('tbody', {}, ...rows.map(([name, share, spread]) => {
    const bar = el('span');
    bar.style.width = `${100 * share / widest}%`;
    if (name === 'together') bar.style.opacity = '0.45';
    return el('tr', { title: spread }, el('th', { scope: 'row' }, name), el('td', {}, bar), el('td', { class: 'number' }, percent(share)));
  }))));
  note.textContent = `How much of the variance of ${data.objectives[0].name} each explains alone (fANOVA), and what is left for their working together.`;
}
