/** The extension as VS Code would use it, which itself cannot be had here: what it registers, starts and shows. */

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { before, test } from 'node:test';
import { answers, document, events, fake, seen } from './fakes';
import { EXTENSION } from './project';

const manifest = JSON.parse(fs.readFileSync(path.join(EXTENSION, 'package.json'), 'utf8'));
const remembered = new Map<string, unknown>();
const context: any = {
  subscriptions: [],
  workspaceState: {
    get: (key: string) => remembered.get(key),
    update: async (key: string, value: unknown) => remembered.set(key, value),
  },
};

// Programs that are there, the first of them on the path.
const programs = fs.mkdtempSync(path.join(os.tmpdir(), 'standpipe-'));
const [OWN, OTHER] = ['standpipe', 'other'].map((name) => path.join(programs, name)) as [string, string];
process.env['PATH'] = `${programs}:${process.env['PATH']}`;

before(async () => {
  [OWN, OTHER].forEach((program) => fs.writeFileSync(program, '', { mode: 0o755 }));
  const extension = await import('../src/extension');
  await extension.activate(context);
});

const call = (command: string, ...args: unknown[]) => seen.commands.get(command)!(...args);
const settle = (milliseconds = 0) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('it registers the commands of its manifest, no more and no fewer', () => {
  const declared = manifest.contributes.commands.map((command: any) => command.command).sort();
  assert.deepEqual([...seen.commands.keys()].sort(), declared);
});

test('it starts the language server, and starts it anew when the program is another', async () => {
  assert.deepEqual(seen.clients[0].server, { command: 'standpipe', args: ['lsp'] });
  answers.settings['standpipe.command'] = [OTHER];
  events.configuration.fire({ affectsConfiguration: (section: string) => section === 'standpipe.command' });
  await settle();
  assert.deepEqual(seen.clients.at(-1).server, { command: OTHER, args: ['lsp'] });
  assert.equal(seen.clients[0].running, false);
});

test('a program that is not there is told with the way to its setting, and nothing is started', async () => {
  const clients = seen.clients.length;
  const command = answers.settings['standpipe.command'];
  answers.settings['standpipe.command'] = ['/nowhere/standpipe'];
  answers.message = 'Open Setting';
  await call('standpipe.restartServer');
  await settle();
  assert.match(seen.messages.at(-1)!, /the program `\/nowhere\/standpipe` was not found.*`standpipe.command`/);
  assert.deepEqual(seen.executed.at(-1), ['workbench.action.openSettings', 'standpipe.command']);
  assert.equal(seen.clients.length, clients);
  answers.message = undefined;
  answers.settings['standpipe.command'] = command;
  await call('standpipe.restartServer');
  assert.equal(seen.clients.length, clients + 1);
});

test('a lens runs its pipeline, a button its file', async () => {
  await call('standpipe.run', 'file:///w/a.pipe', 'train');
  await call('standpipe.run', 'file:///w/a.pipe', 'train', 'train.fit');
  await call('standpipe.test', 'file:///w/a.pipe', 'it holds');
  await call('standpipe.plan', fake.Uri.file('/w/b.pipe'));
  await call('standpipe.check');
  await call('standpipe.showRun', 'file:///w/a.pipe', 'brave-otter', '/w');
  const lines = seen.tasks.map((task) => [task.execution.command.value, ...task.execution.args.map((word: any) => word.value)]);
  assert.deepEqual(lines, [
    [OTHER, 'run', '/w/a.pipe', 'train'],
    [OTHER, 'run', '/w/a.pipe', 'train', '--only', 'train.fit'],
    [OTHER, 'test', '/w/a.pipe', '-k', 'it holds'],
    [OTHER, 'plan', '/w/b.pipe'],
    [OTHER, 'check', '--format', 'line'],
    [OTHER, 'runs', 'show', 'brave-otter', '--root', '/w'],
  ]);
  assert.ok(seen.tasks.every((task) => task.problemMatchers === '$standpipe'));
});

test('a workspace that is not trusted runs nothing', async () => {
  answers.trusted = false;
  const before = seen.tasks.length;
  for (const command of ['standpipe.run', 'standpipe.plan', 'standpipe.test', 'standpipe.check']) {
    await call(command, 'file:///w/a.pipe');
  }
  answers.trusted = true;
  assert.equal(seen.tasks.length, before);
  assert.match(seen.messages.at(-1)!, /not trusted/);
});

test('the graph follows the text, and leads to it and back', async () => {
  const place = { uri: 'file:///w/a.pipe', range: { start: { line: 6 } } };
  answers.preview = {
    pipeline: 'main', pipelines: ['main'], errors: 0, nodes: [{ id: 'n1', name: 'fit', kind: 'step', ...place }],
    svg: '<svg><style></style><g class="node step" data-id="n1"><text>fit</text></g></svg>',
  };
  const drawn = answers.preview as object;
  answers.preview = { ...drawn, svg: '', errors: 1 };
  await call('standpipe.preview', 'file:///w/a.pipe', 'main');
  const panel = seen.panels[0];
  assert.match(panel.webview.html, /its plan is drawn once they are gone/);
  answers.preview = drawn;
  await call('standpipe.preview', 'file:///w/a.pipe', 'main');
  assert.equal(seen.messages.at(-1), 'standpipe/preview {"uri":"file:///w/a.pipe","pipeline":"main"}');
  assert.match(panel.webview.html, /<svg.*fit/s);

  panel.received.fire({ open: 'n1' });
  await settle();
  assert.deepEqual(seen.opened, [{ uri: 'file:///w/a.pipe', line: 6 }]);
  events.selection.fire({ textEditor: { document: document('/w/a.pipe', '') }, selections: [{ active: { line: 7 } }] });
  assert.deepEqual(panel.sent.at(-1), { here: 'n1' });

  answers.preview = { ...(answers.preview as object), svg: '', errors: 2 };
  events.change.fire({ document: document('/w/a.pipe', '') });
  await settle(400);
  assert.match(panel.webview.html, /the last plan it had.*<svg.*fit/s);
});

test('it offers itself once for a file of ours that another extension took', async () => {
  answers.message = 'Use Standpipe';
  answers.settings['files.associations'] = { '*.x': 'x' };
  const taken = document('/w/a.pipe', 'pipeline main() -> Int {\n  1\n}\n', 'tinybird');
  answers.documents = [taken];
  events.open.fire(taken);
  await settle();
  assert.deepEqual(seen.updates, [['files.associations', { '*.x': 'x', '*.pipe': 'standpipe' }]]);
  assert.equal(taken.languageId, 'standpipe');
  events.open.fire(document('/w/b.pipe', 'pipeline main() -> Int {\n  1\n}\n', 'tinybird'));
  await settle();
  assert.equal(seen.updates.length, 1);
});
