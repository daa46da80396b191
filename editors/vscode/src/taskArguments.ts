/** From a task in `tasks.json` to the words of the command line. Knows nothing of VS Code. */

/** What a task of the type `standpipe` says, as `taskDefinitions` of the manifest describes it. */
export interface Definition {
  command: 'run' | 'plan' | 'check' | 'test' | 'fmt' | 'runs';
  file?: string;
  pipeline?: string;
  args?: string[];
}

const COMMANDS: readonly string[] = ['run', 'plan', 'check', 'test', 'fmt', 'runs'];

/** `value` as a definition, or `undefined` when it is none. */
export function definition(value: unknown): Definition | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const { command, file, pipeline, args } = value as Record<string, unknown>;
  const text = (part: unknown): part is string | undefined => part === undefined || typeof part === 'string';
  if (typeof command !== 'string' || !COMMANDS.includes(command) || !text(file) || !text(pipeline)) {
    return undefined;
  }
  if (args !== undefined && !(Array.isArray(args) && args.every((word) => typeof word === 'string'))) {
    return undefined;
  }
  return {
    command: command as Definition['command'],
    ...(file === undefined ? {} : { file }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(args === undefined ? {} : { args: args as string[] }),
  };
}

/** The words of the command line. `check` gives one line a problem, which the problem matcher reads. */
export function words(task: Definition): string[] {
  const words: string[] = [task.command];
  if (task.command === 'check') {
    words.push('--format', 'line');
  }
  if (task.file !== undefined) {
    words.push(task.file);
  }
  if (task.pipeline !== undefined && (task.command === 'run' || task.command === 'plan')) {
    words.push(task.pipeline);
  }
  return [...words, ...(task.args ?? [])];
}

/** What the task is called in lists. */
export function title(task: Definition): string {
  return [task.command, task.file, task.pipeline].filter((part) => part !== undefined).join(' ');
}
