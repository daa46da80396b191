/** What VS Code starts: puts the parts together. Each part is a file of its own. */

import * as vscode from 'vscode';
import { shouldOffer } from './association';
import { Server } from './client';
import { EmbeddedPython, register } from './embedded/python';
import { GraphPanel } from './graph/panel';
import { statusItem } from './status';
import { provider, task } from './tasks';
import type { Definition } from './taskArguments';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel('Standpipe');
  const running = new Server(output);
  server = running;
  const graph = new GraphPanel((uri, pipeline) => running.preview(uri, pipeline));
  const embedded = new EmbeddedPython((uri, position) => running.embedded(uri, position));
  running.middleware = embedded.middleware;
  context.subscriptions.push(output, running, graph, statusItem(running), register(embedded));

  const command = (name: string, does: (...args: never[]) => unknown): void => {
    context.subscriptions.push(vscode.commands.registerCommand(name, does));
  };
  // Code lenses give the file and the pipeline, buttons the file, the palette nothing.
  command('standpipe.run', (file?: unknown, pipeline?: unknown, step?: unknown) => start('run', file, pipeline, step));
  command('standpipe.plan', (file?: unknown, pipeline?: unknown) => start('plan', file, pipeline));
  command('standpipe.test', (file?: unknown, name?: unknown) => start('test', file, name));
  command('standpipe.check', () => start('check'));
  command('standpipe.showRun', showRun);
  const preview = async (file?: unknown, pipeline?: unknown): Promise<void> => {
    const document = await documentOf(file);
    if (document !== undefined) {
      await graph.show(document, typeof pipeline === 'string' ? pipeline : undefined);
    }
  };
  command('standpipe.preview', preview);
  command('standpipe.restartServer', () => running.restart());
  command('standpipe.showOutput', () => output.show(true));
  command('standpipe.associate', associate);

  context.subscriptions.push(
    vscode.tasks.registerTaskProvider('standpipe', provider),
    vscode.workspace.registerTextDocumentContentProvider('standpipe', {
      provideTextDocumentContent: (uri) => running.source(uri.toString()),
    }),
    vscode.workspace.onDidOpenTextDocument((document) => void offer(context, document)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('standpipe.command') || event.affectsConfiguration('standpipe.server')) {
        void running.restart();
      }
    }),
  );
  for (const document of vscode.workspace.textDocuments) {
    void offer(context, document);
  }
  await running.start();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** The file that a lens, a button or the palette means. */
async function documentOf(file: unknown): Promise<vscode.TextDocument | undefined> {
  const uri = typeof file === 'string' ? vscode.Uri.parse(file, true) : file instanceof vscode.Uri ? file : undefined;
  const document = uri === undefined ? vscode.window.activeTextEditor?.document : await vscode.workspace.openTextDocument(uri);
  if (document?.languageId === 'standpipe' && document.uri.scheme === 'file') {
    return document;
  }
  void vscode.window.showInformationMessage('Open a .pipe file first.');
  return undefined;
}

/** Runs a command of the program as a task, so that what it prints is seen and its problems are listed. */
async function start(name: Definition['command'], file?: unknown, part?: unknown, step?: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage('Standpipe runs nothing in a workspace that is not trusted.');
    return;
  }
  if (name === 'check') {
    const folder = vscode.workspace.workspaceFolders?.[0];
    await vscode.tasks.executeTask(task({ command: name }, folder ?? vscode.TaskScope.Workspace));
    return;
  }
  const document = await documentOf(file);
  if (document !== undefined) {
    await document.save();
    const folder = vscode.workspace.getWorkspaceFolder(document.uri) ?? vscode.TaskScope.Workspace;
    await vscode.tasks.executeTask(task(partOf(name, document.fileName, part, step), folder));
  }
}

/** Shows a run of the past: a lens gives a file of the project, the run's name and the project's folder. */
async function showRun(_file: unknown, run: unknown, root: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted || typeof run !== 'string' || typeof root !== 'string') {
    return;
  }
  const what: Definition = { command: 'runs', args: ['show', run, '--root', root] };
  await vscode.tasks.executeTask(task(what, vscode.workspace.workspaceFolders?.[0] ?? vscode.TaskScope.Workspace));
}

/** The task for a pipeline or test of a file, for one step of a pipeline, or for all of it. */
export function partOf(command: Definition['command'], file: string, part: unknown, step?: unknown): Definition {
  if (typeof part !== 'string') {
    return { command, file };
  }
  if (command === 'test') {
    return { command, file, args: ['-k', part] };
  }
  return { command, file, pipeline: part, ...(typeof step === 'string' ? { args: ['--only', step] } : {}) };
}

/** Writes the association into the workspace's settings, and turns what is open to it. */
async function associate(): Promise<void> {
  const files = vscode.workspace.getConfiguration('files');
  const associations = { ...files.get<Record<string, string>>('associations'), '*.pipe': 'standpipe' };
  const target = vscode.workspace.workspaceFolders ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await files.update('associations', associations, target);
  for (const document of vscode.workspace.textDocuments) {
    if (document.fileName.endsWith('.pipe') && document.languageId !== 'standpipe') {
      await vscode.languages.setTextDocumentLanguage(document, 'standpipe');
    }
  }
}

/** Another extension took a file of ours: asks, once for each workspace. */
async function offer(context: vscode.ExtensionContext, document: vscode.TextDocument): Promise<void> {
  const wanted = vscode.workspace.getConfiguration('standpipe').get<boolean>('offerAssociation') !== false;
  if (!wanted || context.workspaceState.get('offered') || !shouldOffer(document.fileName, document.languageId, document.getText())) {
    return;
  }
  await context.workspaceState.update('offered', true);
  const yes = 'Use Standpipe';
  const answer = await vscode.window.showInformationMessage(
    'This .pipe file looks like Standpipe’s, and another extension has it. Use Standpipe for .pipe files in this workspace?',
    yes,
    'No',
  );
  if (answer === yes) {
    await associate();
  }
}
