/** The item in the status bar: how the language server is, beside files of ours. */

import * as vscode from 'vscode';
import type { Server } from './client';

/** What the item shows for a state of the server: its text, and whether it is a warning. */
export function shown(state: string): { text: string; warning: boolean } {
  switch (state) {
    case 'running':
      return { text: '$(check) Standpipe', warning: false };
    case 'starting':
      return { text: '$(loading~spin) Standpipe', warning: false };
    case 'off':
      return { text: '$(circle-slash) Standpipe', warning: false };
    default:
      return { text: '$(warning) Standpipe', warning: true };
  }
}

/** The item, which follows the server. */
export function statusItem(server: Server): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('standpipe.server', { language: 'standpipe' });
  item.name = 'Standpipe language server';
  item.command = { command: 'standpipe.showOutput', title: 'Show output' };
  const listener = server.onState((state) => {
    const { text, warning } = shown(state);
    item.text = text;
    item.detail = `language server: ${state}`;
    item.severity = warning ? vscode.LanguageStatusSeverity.Warning : vscode.LanguageStatusSeverity.Information;
  });
  return vscode.Disposable.from(item, listener);
}
