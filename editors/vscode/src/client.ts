/** The language server's client: one for the window. Knows nothing of the other parts. */

import * as vscode from 'vscode';
import { LanguageClient, State, type LanguageClientOptions, type Middleware, type ServerOptions } from 'vscode-languageclient/node';
import type { Embedded, Place } from './embedded/document';
import type { Preview } from './graph/preview';
import { isThere } from './program';
import { invocation } from './settings';

/** Which documents are the server's. */
const SELECTOR = [
  { scheme: 'file', language: 'standpipe' },
  { scheme: 'untitled', language: 'standpipe' },
];

/** Starts, stops and restarts the server, and tells how it is. */
export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private readonly changed = new vscode.EventEmitter<string>();

  /** What the status item says: `starting`, `running`, `stopped`, `off`, or why it could not be started. */
  readonly onState = this.changed.event;

  /** Stands between the editor and the server; set before the server is started. */
  middleware: Middleware = {};

  constructor(private readonly output: vscode.OutputChannel) {}

  async start(): Promise<void> {
    const settings = vscode.workspace.getConfiguration('standpipe');
    if (settings.get<boolean>('server.enabled') === false) {
      this.changed.fire('off');
      return;
    }
    const { program, args } = invocation(settings, 'lsp');
    if (!isThere(program)) {
      this.changed.fire(`\`${program}\` was not found`);
      void offerSetting(program);
      return;
    }
    const server: ServerOptions = { command: program, args };
    const options: LanguageClientOptions = {
      documentSelector: SELECTOR,
      outputChannel: this.output,
      middleware: this.middleware,
      initializationOptions: { virtualDocuments: true },
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/*.{pipe,py,sh,sql}') },
    };
    const client = new LanguageClient('standpipe', 'Standpipe', server, options);
    client.onDidChangeState(({ newState }) => {
      const words = { [State.Starting]: 'starting', [State.Running]: 'running', [State.Stopped]: 'stopped' };
      this.changed.fire(words[newState]);
    });
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.changed.fire(`\`${program}\` could not be started`);
      this.output.appendLine(String(error));
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.needsStop()) {
      await client.stop();
    }
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** The plan of a pipeline as a graph; `undefined` when the server does not run. */
  async preview(uri: string, pipeline: string | undefined): Promise<Preview | null | undefined> {
    return this.client?.isRunning() ? this.client.sendRequest<Preview | null>('standpipe/preview', { uri, pipeline }) : undefined;
  }

  /** The raw bodies of a file as documents of their languages, or the one at a place. */
  async embedded(uri: string, position: Place | undefined): Promise<Embedded[] | null | undefined> {
    return this.client?.isRunning()
      ? this.client.sendRequest<Embedded[] | null>('standpipe/embedded', { uri, position })
      : undefined;
  }

  /** The text of what lies in no folder: the standard library and the pages of errors. */
  async source(uri: string): Promise<string | null | undefined> {
    return this.client?.isRunning() ? this.client.sendRequest<string | null>('standpipe/source', { uri }) : undefined;
  }

  dispose(): void {
    void this.stop();
    this.changed.dispose();
  }
}

/** Says that the program is not there, and leads to where it can be named. */
async function offerSetting(program: string): Promise<void> {
  const open = 'Open Setting';
  const text = `Standpipe: the program \`${program}\` was not found. Put it on the path, or name it in the setting \`standpipe.command\`.`;
  if ((await vscode.window.showWarningMessage(text, open)) === open) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'standpipe.command');
  }
}
