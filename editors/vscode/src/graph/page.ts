/** The page of the graph panel: the picture, or why there is none. Knows nothing of how either was made. */

/** What the panel shows. */
export interface Content {
  title: string;
  /** The last picture there was. */
  svg?: string;
  /** Why it is not that of the text as it is. */
  problem?: string;
}

/** The text as it may stand in HTML. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
}

const STYLE = `
body { padding: 0 8px; font-family: var(--vscode-font-family); color: var(--vscode-foreground); }
svg { max-width: 100%; height: auto; }
.problem { color: var(--vscode-editorWarning-foreground); }
`;

const SCRIPT = `
const vscode = acquireVsCodeApi();
const open = (node) => vscode.postMessage({ open: node.dataset.id });
for (const node of document.querySelectorAll('.node')) {
  node.addEventListener('click', (event) => { event.stopPropagation(); open(node); });
  node.addEventListener('keydown', (event) => { if (event.key === 'Enter') open(node); });
}
window.addEventListener('message', ({ data }) => {
  for (const node of document.querySelectorAll('.node')) {
    node.classList.toggle('here', node.dataset.id === data.here);
  }
});
`;

/** The page as HTML. `nonce` is new for each, so that nothing else in it can run. */
export function page(content: Content, nonce: string): string {
  const problem = content.problem === undefined ? '' : `<p class="problem">${escape(content.problem)}</p>`;
  // The picture brings its colours along.
  const svg = (content.svg ?? '').replace('<style>', `<style nonce="${nonce}">`);
  const body = `<h3>${escape(content.title)}</h3>\n${problem}\n${svg}`;
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
${body}
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>
`;
}
