/** Lets what the editor has for Python help in raw bodies: each body is a document of its own, which is asked in its stead. */

import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { address, addressed, inside, outside, SCHEME, type Embedded, type Place } from './document';

/** Milliseconds in which the editor must have taken in a body's new text. */
const PATIENCE = 300;

/** Asks the language server for the bodies of a file, or for the one at a place. */
export type Ask = (uri: string, position: Place | undefined) => Promise<Embedded[] | null | undefined>;

/** The documents of bodies, and the questions that are passed on to them. */
export class EmbeddedPython implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly ask: Ask) {}

  dispose(): void {
    this.changed.dispose();
  }

  /** The text of a body's document. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const known = this.texts.get(uri.toString());
    const of = addressed(uri.path, uri.query);
    if (known !== undefined || of === undefined) {
      return known ?? '';
    }
    const bodies = await this.ask(of.file, undefined);
    return bodies?.find((body) => body.languageId === 'python' && body.name === of.task)?.text ?? '';
  }

  /** What to put between the editor and the language server. */
  readonly middleware: Middleware = {
    provideCompletionItem: async (document, position, context, token, next) => {
      const ours = await next(document, position, context, token);
      const body = await this.at(document, position);
      if (body === undefined) {
        return ours;
      }
      const found = await vscode.commands.executeCommand<vscode.CompletionList | undefined>(
        'vscode.executeCompletionItemProvider', body.uri, place(inside(body.body, position)), context.triggerCharacter,
      );
      const theirs = (found?.items ?? []).map((item) => moved(item, body.body)).filter((item) => item !== undefined);
      const own = Array.isArray(ours) ? ours : (ours?.items ?? []);
      const names = new Set(own.map(named));
      return new vscode.CompletionList([...own, ...theirs.filter((item) => !names.has(named(item)))], found?.isIncomplete);
    },
    provideHover: async (document, position, token, next) => {
      const ours = await next(document, position, token);
      const body = ours ? undefined : await this.at(document, position);
      if (body === undefined) {
        return ours;
      }
      const found = await vscode.commands.executeCommand<vscode.Hover[] | undefined>(
        'vscode.executeHoverProvider', body.uri, place(inside(body.body, position)),
      );
      const contents = (found ?? []).flatMap((hover) => hover.contents);
      return contents.length === 0 ? ours : new vscode.Hover(contents);
    },
    provideSignatureHelp: async (document, position, context, token, next) => {
      const ours = await next(document, position, context, token);
      const body = ours ? undefined : await this.at(document, position);
      if (body === undefined) {
        return ours;
      }
      return vscode.commands.executeCommand<vscode.SignatureHelp | undefined>(
        'vscode.executeSignatureHelpProvider', body.uri, place(inside(body.body, position)), context.triggerCharacter,
      );
    },
  };

  /** The body in Python at a place, with its document open and up to date. */
  private async at(document: vscode.TextDocument, position: vscode.Position): Promise<{ uri: vscode.Uri; body: Embedded } | undefined> {
    const wanted = vscode.workspace.getConfiguration('standpipe').get<boolean>('python.forward') !== false;
    const bodies = wanted ? await this.ask(document.uri.toString(), { line: position.line, character: position.character }) : [];
    const body = bodies?.find((body) => body.languageId === 'python');
    if (body === undefined) {
      return undefined;
    }
    const uri = vscode.Uri.parse(address(document.uri.toString(), body.name), true);
    const before = this.texts.get(uri.toString());
    this.texts.set(uri.toString(), body.text);
    if (before !== undefined && before !== body.text) {
      this.changed.fire(uri);
    }
    await settled(await vscode.workspace.openTextDocument(uri), body.text);
    return { uri, body };
  }
}

/** Waits until the editor has taken in a document's new text. */
async function settled(document: vscode.TextDocument, text: string): Promise<void> {
  if (document.getText() === text) {
    return;
  }
  await new Promise<void>((done) => {
    const timer = setTimeout(end, PATIENCE);
    const listener = vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document.uri.toString() === document.uri.toString() && event.document.getText() === text) {
        end();
      }
    });
    function end(): void {
      clearTimeout(timer);
      listener.dispose();
      done();
    }
  });
}

const place = ({ line, character }: Place): vscode.Position => new vscode.Position(line, character);

const named = (item: vscode.CompletionItem): string => (typeof item.label === 'string' ? item.label : item.label.label);

function back(range: vscode.Range, body: Embedded): vscode.Range | undefined {
  const [start, end] = [outside(body, range.start), outside(body, range.end)];
  return start === undefined || end === undefined ? undefined : new vscode.Range(place(start), place(end));
}

/** An item with its places in the file; `undefined` when it would also write outside of the body, as imports do. */
function moved(item: vscode.CompletionItem, body: Embedded): vscode.CompletionItem | undefined {
  if (item.additionalTextEdits !== undefined && item.additionalTextEdits.length > 0) {
    return undefined;
  }
  const { range } = item;
  if (range === undefined) {
    return item;
  }
  if ('inserting' in range) {
    const [inserting, replacing] = [back(range.inserting, body), back(range.replacing, body)];
    return inserting && replacing ? Object.assign(item, { range: { inserting, replacing } }) : undefined;
  }
  const there = back(range, body);
  return there && Object.assign(item, { range: there });
}

/** Registers the documents of bodies. */
export function register(embedded: EmbeddedPython): vscode.Disposable {
  return vscode.Disposable.from(vscode.workspace.registerTextDocumentContentProvider(SCHEME, embedded), embedded);
}
