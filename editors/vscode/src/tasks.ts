/** Tasks of the type `standpipe`: those in `tasks.json`, and those that every project has. */

import * as vscode from 'vscode';
import { invocation } from './settings';
import { definition, title, words, type Definition } from './taskArguments';

/** A task that VS Code can run. */
export function task(what: Definition, scope: vscode.WorkspaceFolder | vscode.TaskScope): vscode.Task {
  const { program, args } = invocation(vscode.workspace.getConfiguration('standpipe'), ...words(what));
  const run = new vscode.ShellExecution(
    { value: program, quoting: vscode.ShellQuoting.Strong },
    args.map((value) => ({ value, quoting: vscode.ShellQuoting.Strong })),
  );
  const made = new vscode.Task({ type: 'standpipe', ...what }, scope, title(what), 'standpipe', run, '$standpipe');
  made.group = what.command === 'check' ? vscode.TaskGroup.Build : what.command === 'test' ? vscode.TaskGroup.Test : undefined;
  return made;
}

/** Offers `check` for each folder, and makes whole what stands in `tasks.json`. */
export const provider: vscode.TaskProvider = {
  provideTasks: () =>
    (vscode.workspace.workspaceFolders ?? []).map((folder) => task({ command: 'check' }, folder)),
  resolveTask: (unresolved) => {
    const what = definition(unresolved.definition);
    if (what === undefined) {
      return undefined;
    }
    const made = task(what, unresolved.scope ?? vscode.TaskScope.Workspace);
    made.definition = unresolved.definition;
    return made;
  },
};
