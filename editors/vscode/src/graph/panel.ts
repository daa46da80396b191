/** The panel beside the editor that shows a pipeline's plan as a graph, live as its file is edited. */

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { page, type Content } from './page';
import { at, read, type Graph, type Preview } from './preview';

/** Milliseconds of rest after an edit before the picture is drawn anew. */
const REST = 200;

/** Asks the language server for a preview; `undefined` when it does not run. */
export type Ask = (uri: string, pipeline: string | undefined) => Promise<Preview | null | undefined>;

/** One panel for the window; it follows the file it was opened for. */
export class GraphPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private document: vscode.TextDocument | undefined;
  private pipeline: string | undefined;
  private graph: Graph | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly listeners: vscode.Disposable[] = [];

  constructor(private readonly ask: Ask) {}

  /** Opens the panel, or turns it to a pipeline of `document`. */
  async show(document: vscode.TextDocument, pipeline: string | undefined): Promise<void> {
    this.document = document;
    this.pipeline = pipeline;
    this.graph = undefined;
    if (this.panel === undefined) {
      this.panel = vscode.window.createWebviewPanel(
        'standpipe.graph',
        'Pipeline',
        { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
        { enableScripts: true, localResourceRoots: [] },
      );
      this.panel.onDidDispose(() => this.closed());
      this.panel.webview.onDidReceiveMessage((message: unknown) => void this.open(message));
      this.listeners.push(
        vscode.workspace.onDidChangeTextDocument((event) => this.changed(event.document)),
        vscode.window.onDidChangeTextEditorSelection((event) => this.follow(event)),
      );
    }
    await this.refresh();
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private closed(): void {
    clearTimeout(this.timer);
    this.panel = undefined;
    this.listeners.splice(0).forEach((listener) => listener.dispose());
  }

  /** Any file of the language may be one that the pipeline imports. */
  private changed(document: vscode.TextDocument): void {
    if (document.languageId === 'standpipe') {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.refresh(), REST);
    }
  }

  private async refresh(): Promise<void> {
    const document = this.document;
    if (document === undefined) {
      return;
    }
    const content = await this.content(document);
    // The panel may have been closed or turned to another file meanwhile.
    if (this.document === document && this.panel !== undefined) {
      this.panel.title = `Graph: ${content.title}`;
      this.panel.webview.html = page(content, randomBytes(16).toString('hex'));
    }
  }

  private async content(document: vscode.TextDocument): Promise<Content> {
    const title = this.graph?.title ?? this.pipeline ?? 'pipeline';
    const last = { title, ...(this.graph === undefined ? {} : { svg: this.graph.svg }) };
    const preview = await this.ask(document.uri.toString(), this.pipeline);
    if (preview === undefined) {
      return { ...last, problem: 'The language server does not run.' };
    }
    if (preview === null) {
      return { ...last, problem: 'This file has no such pipeline.' };
    }
    if (preview.svg === '') {
      const problem =
        this.graph === undefined ? 'The file has errors: its plan is drawn once they are gone.' : 'The file has errors: this is the last plan it had.';
      return { ...last, title: preview.pipeline, problem };
    }
    this.graph = read(preview);
    return { title: this.graph.title, svg: this.graph.svg };
  }

  /** A box was clicked: shows where it comes from. */
  private async open(message: unknown): Promise<void> {
    const id = (message as { open?: unknown } | undefined)?.open;
    const place = typeof id === 'string' ? this.graph?.places.get(id) : undefined;
    if (place !== undefined) {
      const start = new vscode.Position(place.line, 0);
      await vscode.window.showTextDocument(vscode.Uri.parse(place.uri, true), {
        viewColumn: vscode.ViewColumn.One,
        selection: new vscode.Range(start, start),
      });
    }
  }

  /** The cursor moved: marks the box it is in. */
  private follow(event: vscode.TextEditorSelectionChangeEvent): void {
    const cursor = event.selections[0]?.active;
    if (cursor !== undefined && this.graph !== undefined) {
      const here = at(this.graph, event.textEditor.document.uri.toString(), cursor.line) ?? null;
      void this.panel?.webview.postMessage({ here });
    }
  }
}
