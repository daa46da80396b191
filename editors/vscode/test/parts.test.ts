/** The parts that know nothing of VS Code: settings, tasks, whose file it is, the graph. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { test } from 'node:test';
import { looksLikeStandpipe, shouldOffer } from '../src/association';
import { page } from '../src/graph/page';
import { at, read, type Preview } from '../src/graph/preview';
import { invocation } from '../src/settings';
import { definition, title, words } from '../src/taskArguments';
import { ROOT, STANDPIPE } from './project';

const set = (command: unknown) => ({ get: <T>() => command as T | undefined });

test('the program is the set one, or `standpipe`', () => {
  assert.deepEqual(invocation(set(['nice', 'sp']), 'lsp'), { program: 'nice', args: ['sp', 'lsp'] });
  for (const wrong of [undefined, [], 'sp', [1], null]) {
    assert.deepEqual(invocation(set(wrong), 'lsp'), { program: 'standpipe', args: ['lsp'] });
  }
});

test('a task becomes a command line', () => {
  const line = (task: unknown) => words(definition(task)!).join(' ');
  assert.equal(line({ type: 'standpipe', command: 'check' }), 'check --format line');
  assert.equal(line({ command: 'run', file: 'a.pipe', pipeline: 'main', args: ['--n', '3'] }), 'run a.pipe main --n 3');
  assert.equal(line({ command: 'test', file: 'a.pipe', args: ['-k', 'it holds'] }), 'test a.pipe -k it holds');
  assert.equal(title(definition({ command: 'plan', file: 'a.pipe' })!), 'plan a.pipe');
  for (const wrong of [null, {}, { command: 'rm' }, { command: 'run', file: 3 }, { command: 'run', args: 'x' }]) {
    assert.equal(definition(wrong), undefined, JSON.stringify(wrong));
  }
});

test('files of other tools with the same ending are left to them', () => {
  assert.ok(looksLikeStandpipe('## Documentation.\n\nimport std/table { first }\n'));
  assert.ok(looksLikeStandpipe('\ufeff\ntest "it holds" {\n}\n'));
  assert.ok(!looksLikeStandpipe('NODE endpoint\nSQL >\n    SELECT 1\n\nTYPE endpoint\n'));
  assert.ok(!looksLikeStandpipe('{ "type": "pipe" }\n'));
  assert.ok(!looksLikeStandpipe('---\ntask a\n'));
  assert.ok(!looksLikeStandpipe('just words, a task among them\n'));
  assert.ok(shouldOffer('/a/b.pipe', 'tinybird', 'pipeline main() -> Int {\n  1\n}\n'));
  assert.ok(!shouldOffer('/a/b.pipe', 'standpipe', 'pipeline main() -> Int {\n  1\n}\n'));
  assert.ok(!shouldOffer('/a/b.txt', 'plaintext', 'pipeline main() -> Int {\n  1\n}\n'));
});

/** What the server would answer for the example, with the program's own picture. */
function preview(): Preview {
  const file = path.join(ROOT, 'examples/flights/flights.pipe');
  const svg = execFileSync(STANDPIPE, ['plan', file, '--format', 'svg'], { encoding: 'utf8' });
  const boxes = svg.matchAll(/data-id="(\w+)" data-file="[^"]*" data-line="(\d+)"/g);
  const nodes = [...boxes].map(([, id, line]) => ({
    id: id!, name: id!, kind: 'step', uri: 'file:///f.pipe', range: { start: { line: Number(line) - 1 } },
  }));
  return { pipeline: 'train', pipelines: ['train'], svg, nodes, errors: 0 };
}

test('the cursor is in the last box that starts before it', () => {
  const place = (id: string, line: number) => ({ id, name: id, kind: 'step', uri: 'file:///f.pipe', range: { start: { line } } });
  const nodes = [place('n3', 231), place('n8', 235), place('n10', 236)];
  const graph = read({ pipeline: 'train', pipelines: ['train'], svg: '<svg/>', nodes, errors: 0 });
  assert.equal(at(graph, 'file:///f.pipe', 231), 'n3');
  assert.equal(at(graph, 'file:///f.pipe', 240), 'n10');
  assert.equal(at(graph, 'file:///f.pipe', 3), undefined);
  assert.equal(at(graph, 'file:///other.pipe', 240), undefined);
});

test('the page shows the picture in colours that the policy lets through, and every box can be opened', () => {
  const graph = read(preview());
  const html = page({ title: graph.title, svg: graph.svg }, 'abc');
  assert.equal(html.match(/<style/g)!.length, html.match(/<style nonce="abc">/g)!.length);
  const ids = [...html.matchAll(/class="node (?:step|effect)" data-id="(\w+)"/g)].map((found) => found[1]!);
  assert.ok(ids.length > 5, html);
  assert.ok(ids.every((id) => graph.places.has(id)));
  assert.doesNotMatch(html, /style="|onclick=|<script(?! nonce)/);
});

test('nothing of a file can become part of the page', () => {
  const evil = '<script>alert("x")</script>';
  const html = page({ title: evil, problem: evil }, 'abc');
  assert.ok(!html.includes('<script>alert'));
  assert.match(html, /Content-Security-Policy" content="default-src 'none'; style-src 'nonce-abc'; script-src 'nonce-abc'"/);
  assert.equal(html.match(/<script/g)!.length, 1);
});
