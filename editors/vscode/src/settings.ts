/** What the user set, read once where it is needed. Knows nothing of what it is used for. */

/** A source of settings: VS Code's configuration, or a test's. */
export interface Settings {
  get<T>(key: string): T | undefined;
}

/** A program and its arguments. */
export interface Invocation {
  program: string;
  args: string[];
}

/** The program with `words` as its arguments. A setting that is no list of texts counts as unset. */
export function invocation(settings: Settings, ...words: string[]): Invocation {
  const set = settings.get<unknown>('command');
  const command = Array.isArray(set) && set.length > 0 && set.every((word) => typeof word === 'string') ? set : ['standpipe'];
  const [program, ...first] = command as [string, ...string[]];
  return { program, args: [...first, ...words] };
}
