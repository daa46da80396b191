/** Which files are ours when another extension claims `.pipe` too. Knows nothing of VS Code. */

const DECLARATION =
  /^(?:import|type|artifact|const|env|task|effect|pipeline|service|schedule|test)\s+(?:"|[A-Za-z_])/m;

/** So many characters are looked at. */
const FAR = 10_000;

/** Whether text is a pipeline of ours: it has a declaration at the left edge, and what such a file never has not. */
export function looksLikeStandpipe(text: string): boolean {
  const start = text.slice(0, FAR);
  // Files of other tools with this ending: nodes of SQL under upper case words, YAML, JSON.
  if (/^(?:NODE|SQL|TYPE|DESCRIPTION|TOKEN)\b/m.test(start) || /^\s*[[{]/.test(start) || /^---\s*$/m.test(start)) {
    return false;
  }
  return DECLARATION.test(start);
}

/** Whether to offer the association: the file was opened as something else, and is ours. */
export function shouldOffer(path: string, languageId: string, text: string): boolean {
  return path.endsWith('.pipe') && languageId !== 'standpipe' && looksLikeStandpipe(text);
}
