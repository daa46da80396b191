/** Where the tests find the project and the program. */

import * as path from 'node:path';

/** The extension's folder; the tests run compiled, from `out/test`. */
export const EXTENSION = path.resolve(__dirname, '../..');

/** The project's folder. */
export const ROOT = path.resolve(EXTENSION, '../..');

/** The program. */
export const STANDPIPE = ((): string => {
  const set = process.env['STANDPIPE'];
  if (set === undefined || set === '') {
    throw new Error('STANDPIPE must name the program that the tests run');
  }
  return path.resolve(ROOT, set);
})();
