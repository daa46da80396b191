// All trials as a table: sorted by a click on a head, some rows at a time.

const ROWS = 50;

function trialsTable() {
  const columns = [
    { name: 'trial', of: (trial) => data.number[trial] },
    ...data.objectives.map(({ name, maximize }, of) => ({ name, of: (trial) => score(trial, of), show: written, down: maximize })),
    { name: 'state', of: (trial) => data.states[data.state[trial]] },
    ...data.axes.map(({ name, values }, axis) => ({ name, of: (trial) => values[trial], show: (_, trial) => parameter(axis, trial) })),
    { name: 'steps', of: (trial) => data.steps[trial] },
    { name: 'took', of: (trial) => data.seconds[trial], show: (value) => `${written(value)} s` },
    ...(data.errors.length > 0 ? [{ name: 'error', of: (trial) => data.errors[data.error[trial]] ?? null, class: 'error' }] : []),
  ];
  let [by, down, first] = [1, columns[1].down, 0];
  const body = el('tbody');
  const where = el('span', { 'aria-live': 'polite' });
  const turn = (rows) => () => { first += rows; fill(); };
  const [back, on] = [el('button', { type: 'button', onclick: turn(-ROWS) }, 'back'), el('button', { type: 'button', onclick: turn(ROWS) }, 'on')];
  const heads = columns.map(({ name }, column) => el('th', { scope: 'col' }, el('button', {
    type: 'button',
    onclick: () => { [down, by, first] = [by === column ? !down : Boolean(columns[column].down), column, 0]; fill(); },
  }, name)));
  document.getElementById('trials').append(el('h2', {}, 'All trials'), el('nav', { 'aria-label': 'Rows' }, back, where, on),
    el('div', { class: 'scroll' }, el('table', {}, el('thead', {}, el('tr', {}, ...heads)), body)));

  function rows() {
    const allowed = new Set(shown());
    const all = [...Array(count).keys()].filter((trial) => allowed.has(trial)
      || (score(trial) === null && view.best === 100 && view.states.has(data.state[trial])));
    const value = columns[by].of;
    const compare = (a, b) => (typeof a === 'string' ? a.localeCompare(b) : a - b);
    // What is not there comes last, whichever way it goes.
    return all.sort((a, b) => {
      const [left, right] = [value(a), value(b)];
      if (left === null || right === null) return (left === null) - (right === null) || a - b;
      return (down ? compare(right, left) : compare(left, right)) || a - b;
    });
  }

  function fill() {
    const all = rows();
    first = Math.max(0, Math.min(first, Math.floor((all.length - 1) / ROWS) * ROWS));
    heads.forEach((head, column) => {
      head.setAttribute('aria-sort', column !== by ? 'none' : down ? 'descending' : 'ascending');
      head.firstChild.textContent = columns[column].name + (column !== by ? '' : down ? ' ▾' : ' ▴');
    });
    body.replaceChildren(...all.slice(first, first + ROWS).map((trial) => el('tr', {
      tabindex: '0',
      'data-trial': trial,
      class: trial === bestTrial() ? 'is-best' : '',
      onclick: () => choose(trial),
      onkeydown: (event) => { if (event.key === 'Enter') choose(trial); },
    }, ...columns.map(({ of, show, class: kind }, column) => {
      const value = of(trial);
      const words = value === null ? '' : show ? show(value, trial) : String(value);
      return el(column === 0 ? 'th' : 'td', { class: kind ?? '', scope: column === 0 ? 'row' : null, title: words.length > 24 ? words : null }, words);
    }))));
    const some = data.total > count ? ` (of ${data.total}, the best and some of the others)` : '';
    where.textContent = all.length === 0 ? 'none' : `${first + 1} to ${Math.min(all.length, first + ROWS)} of ${all.length}${some}`;
    [back.disabled, on.disabled] = [first === 0, first + ROWS >= all.length];
    mark();
  }

  function mark() {
    for (const row of body.children) row.classList.toggle('chosen', Number(row.dataset.trial) === view.chosen);
  }
  listeners.shown.push(fill);
  listeners.chosen.push(mark);
  fill();
}
