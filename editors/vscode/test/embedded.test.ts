/** Raw bodies in Python, and how questions in them reach what the editor has for Python. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { address, addressed, inside, outside, type Embedded } from '../src/embedded/document';
import { answers, document, fake, seen } from './fakes';

/** The body on lines 2 and 3 of `a.pipe`, four columns in there and in a function here. */
const BODY: Embedded = {
  languageId: 'python', name: 'clean', text: 'import pandas\n\ndef clean(raw: str) -> int:\n    rows = len(raw)\n    return rows\n',
  range: { start: { line: 2, character: 0 }, end: { line: 3, character: 15 } }, firstLine: 3, indent: 0,
};

test('places lead into a body and back', () => {
  assert.deepEqual(inside(BODY, { line: 3, character: 11 }), { line: 4, character: 11 });
  assert.deepEqual(outside(BODY, { line: 4, character: 11 }), { line: 3, character: 11 });
  const shifted = { ...BODY, indent: -2 };
  assert.deepEqual(inside(shifted, { line: 2, character: 6 }), { line: 3, character: 4 });
  assert.deepEqual(outside(shifted, { line: 3, character: 4 }), { line: 2, character: 6 });
  assert.equal(outside(BODY, { line: 1, character: 0 }), undefined, 'the preamble is nowhere in the file');
  assert.equal(outside(BODY, { line: 5, character: 0 }), undefined, 'nor is what follows');
});

test('an address says which body of which file', () => {
  const uri = fake.Uri.parse(address('file:///w/a%20b.pipe', 'clean'));
  assert.equal(uri.scheme, 'standpipe-python');
  assert.deepEqual(addressed(uri.path, uri.query), { file: 'file:///w/a%20b.pipe', task: 'clean' });
  assert.equal(addressed('/clean.py', ''), undefined);
});

let middleware: any;
before(async () => {
  const { EmbeddedPython, register } = await import('../src/embedded/python');
  const asked = async () => answers.embedded as Embedded[] | null;
  const embedded = new EmbeddedPython(asked);
  register(embedded);
  middleware = embedded.middleware;
});

const file = document('/w/a.pipe', '');
const cursor = new fake.Position(3, 13);
const range = (line: number, from: number, to: number) =>
  new fake.Range(new fake.Position(line, from), new fake.Position(line, to));

test('completion in a body has what Python offers, at the right place', async () => {
  answers.embedded = [BODY];
  answers.commands['vscode.executeCompletionItemProvider'] = {
    isIncomplete: true,
    items: [
      { label: 'rows', range: range(4, 11, 13) },
      { label: 'round', range: { inserting: range(4, 11, 13), replacing: range(4, 11, 15) } },
      { label: 'numpy', range: range(4, 11, 13), additionalTextEdits: [{}] },
      { label: 'raw' },
    ],
  };
  const ours = async () => [{ label: 'raw', detail: 'ours' }];
  const found = await middleware.provideCompletionItem(file, cursor, { triggerCharacter: '.' }, undefined, ours);
  assert.deepEqual(found.items.map((item: any) => item.label), ['raw', 'rows', 'round']);
  assert.equal(found.items[0].detail, 'ours');
  assert.deepEqual(found.items[1].range, range(3, 11, 13));
  assert.deepEqual(found.items[2].range.replacing, range(3, 11, 15));
  const [command, uri, place, character] = seen.executed.at(-1)!;
  assert.equal(command, 'vscode.executeCompletionItemProvider');
  assert.deepEqual([place.line, place.character, character], [4, 13, '.']);
  // The document that is asked holds the whole body.
  assert.equal(await seen.providers.get('standpipe-python').provideTextDocumentContent(uri), BODY.text);
});

test('what Python says is shown where we say nothing', async () => {
  answers.embedded = [BODY];
  answers.commands['vscode.executeHoverProvider'] = [{ contents: ['(variable) rows: int'] }];
  answers.commands['vscode.executeSignatureHelpProvider'] = { signatures: ['len(obj)'] };
  const shown = await middleware.provideHover(file, cursor, undefined, async () => null);
  assert.deepEqual(shown.contents, ['(variable) rows: int']);
  const own = { contents: ['raw: File'] };
  assert.equal(await middleware.provideHover(file, cursor, undefined, async () => own), own);
  const help = await middleware.provideSignatureHelp(file, cursor, {}, undefined, async () => null);
  assert.deepEqual(help, { signatures: ['len(obj)'] });
});

test('outside of bodies, in other languages and when it is switched off nothing is passed on', async () => {
  const count = seen.executed.length;
  const ours = async () => [{ label: 'raw' }];
  for (const bodies of [[], null, [{ ...BODY, languageId: 'sql' }]]) {
    answers.embedded = bodies;
    assert.deepEqual(await middleware.provideCompletionItem(file, cursor, {}, undefined, ours), [{ label: 'raw' }]);
  }
  answers.embedded = [BODY];
  answers.settings['standpipe.python.forward'] = false;
  assert.deepEqual(await middleware.provideCompletionItem(file, cursor, {}, undefined, ours), [{ label: 'raw' }]);
  delete answers.settings['standpipe.python.forward'];
  assert.equal(seen.executed.length, count);
});
