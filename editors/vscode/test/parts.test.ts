/** The parts that know nothing of VS Code: settings, tasks, whose file it is, the graph. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { test } from 'node:test';
import { looksLikeStandpipe, shouldOffer } from '../src/association';
import { page } from '../src/graph/page';
import { draw } from '../src/graph/picture';
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

/** What the server would answer for the example, with the program's own graph. */
function preview(): Preview {
  const file = path.join(ROOT, 'examples/flights/flights.pipe');
  const dot = execFileSync(STANDPIPE, ['plan', file, '--format', 'dot'], { encoding: 'utf8' });
  const place = (id: string, line: number) => ({ id, name: id, kind: 'step', uri: 'file:///f.pipe', range: { start: { line } } });
  return { pipeline: 'train', pipelines: ['train'], dot, nodes: [place('n3', 231), place('n8', 235), place('n10', 236)], errors: 0 };
}

test('the graph has the boxes and arrows of the plan', () => {
  const graph = read(preview());
  const named = (id: string) => graph.nodes.find((node) => node.id === id)!;
  const label = (start: string) => graph.nodes.find((node) => node.label.startsWith(start))!;
  assert.equal(graph.title, 'train');
  assert.equal(label('choose_from').kind, 'param');
  assert.equal(label('load_weather').kind, 'step');
  assert.equal(label('publish').kind, 'effect');
  const models = label('models: for candidate in');
  assert.equal(models.kind, 'region');
  assert.equal(label('fit').parent, models.id);
  assert.equal(label('publish').parent, label('if ').id);
  const arrows = graph.edges.map(({ from, to }) => `${named(from).label.split(':')[0]} -> ${named(to).label.split(':')[0]}`);
  for (const arrow of ['load_weather -> fill_gaps', 'fill_gaps -> build_features', 'models -> fit', 'fit -> evaluate']) {
    assert.ok(arrows.includes(arrow), `${arrow} is not among\n${arrows.join('\n')}`);
  }
});

test('the cursor is in the last box that starts before it', () => {
  const graph = read(preview());
  assert.equal(at(graph, 'file:///f.pipe', 231)?.id, 'n3');
  assert.equal(at(graph, 'file:///f.pipe', 240)?.id, 'n10');
  assert.equal(at(graph, 'file:///f.pipe', 3), undefined);
  assert.equal(at(graph, 'file:///other.pipe', 240), undefined);
});

test('the picture has every box inside its region, and no two on each other', () => {
  const graph = read(preview());
  const svg = draw(graph);
  type Box = { x: number; y: number; width: number; height: number };
  const boxes = new Map<string, Box>();
  for (const found of svg.matchAll(/data-id="(\w+)".*?<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)) {
    const [x, y, width, height] = found.slice(2).map(Number) as [number, number, number, number];
    boxes.set(found[1]!, { x, y, width, height });
  }
  assert.equal(boxes.size, graph.nodes.length);
  const inside = (a: Box, b: Box) =>
    a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height;
  const apart = (a: Box, b: Box) =>
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  for (const node of graph.nodes) {
    if (node.parent !== undefined) {
      assert.ok(inside(boxes.get(node.id)!, boxes.get(node.parent)!), `${node.label} lies outside its region`);
    }
    for (const other of graph.nodes) {
      if (other.id !== node.id && other.kind !== 'region' && node.kind !== 'region') {
        assert.ok(apart(boxes.get(node.id)!, boxes.get(other.id)!), `${node.label} lies on ${other.label}`);
      }
    }
  }
});

test('nothing of a file can become part of the page', () => {
  const evil = '<script>alert("x")</script>';
  const dot = `digraph "x" {\n  n0 [label = "${evil.replaceAll('"', '\\"')}"]\n}\n`;
  const graph = read({ pipeline: evil, pipelines: [], dot, nodes: [], errors: 0 });
  assert.equal(graph.nodes[0]!.label, evil);
  const html = page({ title: graph.title, svg: draw(graph), problem: evil }, 'abc');
  assert.ok(!html.includes('<script>alert'));
  assert.match(html, /Content-Security-Policy" content="default-src 'none'; style-src 'nonce-abc'; script-src 'nonce-abc'"/);
  assert.equal(html.match(/<script/g)!.length, 1);
});
