/** Whether a program can be started, looked up as the system does it. Knows nothing of what it is. */

import * as fs from 'node:fs';
import * as path from 'node:path';

/** Whether `program`, a name on the path or a place, is there to be started. */
export function isThere(program: string, search: string = process.env['PATH'] ?? ''): boolean {
  if (process.platform === 'win32') {
    // What counts as a program there is the system's to say.
    return true;
  }
  const places = program.includes('/') ? [program] : search.split(':').map((folder) => path.join(folder, program));
  return places.some((place) => {
    try {
      fs.accessSync(place, fs.constants.X_OK);
      return fs.statSync(place).isFile();
    } catch {
      return false;
    }
  });
}
