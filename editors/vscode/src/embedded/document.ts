/** A body of another language as the language server gives it, and the way between its text and the file. */

/** A place, from 0, columns in UTF-16. */
export interface Place {
  line: number;
  character: number;
}

/** What `standpipe/embedded` answers for a body. */
export interface Embedded {
  languageId: string;
  /** The task's. */
  name: string;
  /** What is in scope in the body, then its lines. */
  text: string;
  /** The body's lines in the file. */
  range: { start: Place; end: Place };
  /** The line of `text` that is the first of `range`. */
  firstLine: number;
  /** How many columns further in the lines of `text` stand. */
  indent: number;
}

/** The scheme of documents that hold a body in Python. */
export const SCHEME = 'standpipe-python';

/** The address of a task's body: a Python file for whoever looks at its ending, with the file behind it. */
export function address(file: string, task: string): string {
  return `${SCHEME}:/${encodeURIComponent(task)}.py?${encodeURIComponent(file)}`;
}

/** The file and the task of an address, decoded as `Uri` gives its parts. */
export function addressed(path: string, query: string): { file: string; task: string } | undefined {
  const task = /^\/(.+)\.py$/.exec(path)?.[1];
  return task === undefined || query === '' ? undefined : { file: query, task };
}

/** Where a place of the file is in the body's text. */
export function inside(body: Embedded, place: Place): Place {
  return {
    line: place.line - body.range.start.line + body.firstLine,
    character: Math.max(0, place.character + body.indent),
  };
}

/** Where a place of the text is in the file; `undefined` for what stands before the body. */
export function outside(body: Embedded, place: Place): Place | undefined {
  const line = place.line - body.firstLine + body.range.start.line;
  if (place.line < body.firstLine || line > body.range.end.line) {
    return undefined;
  }
  return { line, character: Math.max(0, place.character - body.indent) };
}
