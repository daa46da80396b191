/** The manifest: what it names exists and fits what the program prints and the compiler reads. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { EXTENSION, ROOT, STANDPIPE } from './project';

const read = (file: string): any => JSON.parse(fs.readFileSync(path.join(EXTENSION, file), 'utf8'));
const manifest = read('package.json');
const contributes = manifest.contributes;

/** What `check` prints of a text: one line a problem. */
function check(text: string): string[] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'standpipe-'));
  try {
    fs.writeFileSync(path.join(folder, 'a.pipe'), text);
    const done = spawnSync(STANDPIPE, ['check', '--format', 'line', '--quiet', 'a.pipe'], { cwd: folder, encoding: 'utf8' });
    assert.ok(done.status === 0 || done.status === 1, done.stderr);
    return done.stdout.split('\n').filter((line) => line !== '');
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test('every file that is named exists', () => {
  const named = [
    manifest.icon,
    ...contributes.languages.flatMap((language: any) => [language.configuration, language.icon.light, language.icon.dark]),
    ...contributes.grammars.map((grammar: any) => grammar.path),
    ...contributes.snippets.map((snippets: any) => snippets.path),
  ];
  for (const file of named) {
    assert.ok(fs.existsSync(path.join(EXTENSION, file)), file);
  }
  const icon = fs.readFileSync(path.join(EXTENSION, manifest.icon));
  assert.deepEqual([icon.readUInt32BE(16), icon.readUInt32BE(20)], [128, 128]);
});

test('the language is ours alone, and found by name and by content', () => {
  const [language] = contributes.languages;
  assert.equal(language.id, 'standpipe');
  assert.deepEqual(language.extensions, ['.pipe']);
  const first = new RegExp(language.firstLine);
  for (const line of ['## Documentation.', 'import std/table { first }', 'test "it holds" {', '\ufeffpipeline main() {']) {
    assert.ok(first.test(line), line);
  }
  for (const line of ['NODE endpoint', 'SQL >', '# a comment', '{', 'task', 'import']) {
    assert.ok(!first.test(line), line);
  }
});

test('menus, tasks and lenses speak of commands that are there', () => {
  const commands = new Set(contributes.commands.map((command: any) => command.command));
  for (const items of Object.values<any[]>(contributes.menus)) {
    for (const item of items) {
      assert.ok(commands.has(item.command), item.command);
    }
  }
});

test('the problem matcher reads what `check` prints', () => {
  const [{ pattern, name }] = contributes.problemMatchers;
  assert.equal(name, 'standpipe');
  const fields = (line: string) => {
    const match = new RegExp(pattern.regexp).exec(line);
    return ['file', 'line', 'column', 'severity', 'code'].map((key) => match?.[pattern[key]]);
  };
  const main = 'pipeline main() -> Int {\n';
  assert.deepEqual(check(`${main}  g(1)\n}\n`).map(fields), [['a.pipe', '2', '3', 'error', 'E0201']]);
  assert.deepEqual(check(`${main}  unused = 2\n  1\n}\n`).map(fields), [['a.pipe', '2', '3', 'warning', 'W0201']]);
});

/** A snippet's text with its defaults filled in. */
const expanded = (body: string[]): string =>
  body
    .join('\n')
    .replace(/\$\{\d+\|([^,|}]*)[^}]*\}/g, '$1')
    .replace(/\$\{\d+:((?:[^}\\]|\\.)*)\}/g, '$1')
    .replace(/\$\d+/g, '')
    .replace(/\\([$}\\])/g, '$1');

test('every snippet is something that the compiler can read', () => {
  const snippets: Record<string, { prefix: string; body: string[] }> = read('snippets/standpipe.json');
  const declares = /^(?:import|type|artifact|const|env|task|effect|pipeline|service|schedule|test)\b/;
  for (const [name, { body }] of Object.entries(snippets)) {
    const text = expanded(body);
    const whole = declares.test(text) ? `${text}\n` : `pipeline around(xs: List[Int], condition: Bool) -> Int {\n${text}\n1\n}\n`;
    const problems = check(whole).filter((line) => /error\[E0[01]\d\d\]/.test(line));
    assert.deepEqual(problems, [], `${name}:\n${whole}`);
  }
});

test('the lock file names no machine to download from', () => {
  const lock = fs.readFileSync(path.join(EXTENSION, 'package-lock.json'), 'utf8');
  assert.ok(!lock.includes('"resolved"'));
});

test('the version is the program’s', () => {
  const cargo = fs.readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8');
  assert.equal(manifest.version, /^version = "(.*)"$/m.exec(cargo)![1]);
});
