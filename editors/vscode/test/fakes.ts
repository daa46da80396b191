/** Stands in for VS Code and its client library: records what the extension asks of them. */

import Module from 'node:module';

/** What was asked, in order. */
export const seen = {
  commands: new Map<string, (...args: any[]) => any>(),
  tasks: [] as any[],
  messages: [] as string[],
  updates: [] as [string, unknown][],
  panels: [] as any[],
  clients: [] as any[],
  opened: [] as any[],
  /** Commands of the editor that were carried out. */
  executed: [] as any[][],
  /** Who gives the text of documents, by scheme. */
  providers: new Map<string, any>(),
};

/** What the fakes answer. */
export const answers = {
  trusted: true,
  message: undefined as string | undefined,
  settings: {} as Record<string, unknown>,
  preview: null as unknown,
  documents: [] as any[],
  embedded: null as unknown,
  /** What a command of the editor gives. */
  commands: {} as Record<string, unknown>,
};

export class Emitter {
  private readonly listeners = new Set<(value: any) => void>();
  event = (listener: (value: any) => void) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  fire(value?: any): void {
    this.listeners.forEach((listener) => listener(value));
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export const events = {
  open: new Emitter(),
  change: new Emitter(),
  selection: new Emitter(),
  configuration: new Emitter(),
};

class Uri {
  constructor(
    readonly scheme: string,
    readonly path: string,
    readonly query = '',
  ) {}
  static file = (path: string) => new Uri('file', path);
  static parse = (text: string) => {
    const [whole, query] = text.split('?') as [string, string | undefined];
    return new Uri(whole.split(':')[0]!, decodeURIComponent(whole.replace(/^[\w-]+:(\/\/)?/, '')), decodeURIComponent(query ?? ''));
  };
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return `${this.scheme}://${this.path}${this.query === '' ? '' : `?${encodeURIComponent(this.query)}`}`;
  }
}

class Task {
  group: unknown;
  constructor(
    public definition: any,
    public scope: any,
    public name: string,
    public source: string,
    public execution: any,
    public problemMatchers: any,
  ) {}
}

/** A document as VS Code hands it out. */
export function document(path: string, text: string, languageId = 'standpipe'): any {
  return { uri: Uri.file(path), fileName: path, languageId, getText: () => text, save: async () => true };
}

class Client {
  state = new Emitter();
  constructor(
    public id: string,
    public name: string,
    public server: any,
    public options: any,
  ) {
    seen.clients.push(this);
  }
  running = false;
  onDidChangeState = (listener: (value: any) => void) => this.state.event(listener);
  start = async () => {
    this.running = true;
    this.state.fire({ newState: 2 });
  };
  stop = async () => {
    this.running = false;
  };
  needsStop = () => this.running;
  isRunning = () => this.running;
  sendRequest = async (method: string, params: unknown) => {
    seen.messages.push(`${method} ${JSON.stringify(params)}`);
    return method === 'standpipe/embedded' ? answers.embedded : answers.preview;
  };
}

const disposable = { dispose: () => undefined };
const vscode = {
  Uri,
  Task,
  Position: class { constructor(readonly line: number, readonly character: number) {} },
  Range: class { constructor(readonly start: any, readonly end: any) {} },
  CompletionList: class { constructor(readonly items: any[], readonly isIncomplete?: boolean) {} },
  Hover: class { constructor(readonly contents: any[]) {} },
  EventEmitter: Emitter,
  Disposable: { from: (...all: any[]) => ({ dispose: () => all.forEach((one) => one.dispose()) }) },
  ShellExecution: class { constructor(readonly command: any, readonly args: any[]) {} },
  ShellQuoting: { Strong: 3 },
  TaskGroup: { Build: 'build', Test: 'test' },
  TaskScope: { Workspace: 2 },
  ViewColumn: { One: 1, Beside: -2 },
  ConfigurationTarget: { Global: 1, Workspace: 2 },
  LanguageStatusSeverity: { Information: 0, Warning: 1 },
  commands: {
    registerCommand: (name: string, does: (...args: any[]) => any) => {
      seen.commands.set(name, does);
      return disposable;
    },
    executeCommand: async (...call: any[]) => {
      seen.executed.push(call);
      return answers.commands[call[0]];
    },
  },
  tasks: {
    registerTaskProvider: () => disposable,
    executeTask: async (task: any) => seen.tasks.push(task),
  },
  languages: {
    createLanguageStatusItem: () => ({ dispose: () => undefined }),
    setTextDocumentLanguage: async (document: any, language: string) => (document.languageId = language),
  },
  window: {
    activeTextEditor: undefined as any,
    createOutputChannel: () => ({ show: () => undefined, appendLine: () => undefined, dispose: () => undefined }),
    createWebviewPanel: (...args: any[]) => {
      const received = new Emitter();
      const closed = new Emitter();
      const panel = {
        args,
        title: '',
        sent: [] as any[],
        received,
        webview: { html: '', onDidReceiveMessage: received.event, postMessage: async (data: any) => panel.sent.push(data) },
        onDidDispose: closed.event,
        dispose: () => closed.fire(),
      };
      seen.panels.push(panel);
      return panel;
    },
    showInformationMessage: async (text: string) => {
      seen.messages.push(text);
      return answers.message;
    },
    showWarningMessage: async (text: string) => {
      seen.messages.push(text);
      return answers.message;
    },
    showTextDocument: async (uri: any, options: any) => seen.opened.push({ uri: String(uri), line: options.selection.start.line }),
    onDidChangeTextEditorSelection: events.selection.event,
  },
  workspace: {
    get isTrusted() {
      return answers.trusted;
    },
    workspaceFolders: [{ uri: Uri.file('/w'), name: 'w', index: 0 }],
    get textDocuments() {
      return answers.documents;
    },
    getConfiguration: (section: string) => ({
      get: (key: string) => answers.settings[`${section}.${key}`],
      update: async (key: string, value: unknown) => seen.updates.push([`${section}.${key}`, value]),
    }),
    getWorkspaceFolder: () => vscode.workspace.workspaceFolders[0],
    createFileSystemWatcher: () => disposable,
    registerTextDocumentContentProvider: (scheme: string, provider: any) => {
      seen.providers.set(scheme, provider);
      return disposable;
    },
    openTextDocument: async (uri: any) => {
      const text = await seen.providers.get(uri.scheme)?.provideTextDocumentContent(uri);
      return { ...document(uri.path, text ?? ''), uri };
    },
    onDidOpenTextDocument: events.open.event,
    onDidChangeTextDocument: events.change.event,
    onDidChangeConfiguration: events.configuration.event,
  },
};

export const fake = vscode;

const load = (Module as any)._load;
(Module as any)._load = (request: string, ...rest: unknown[]) => {
  if (request === 'vscode') {
    return vscode;
  }
  if (request === 'vscode-languageclient/node') {
    return { LanguageClient: Client, State: { Stopped: 1, Running: 2, Starting: 3 } };
  }
  return load(request, ...rest);
};
