import { userInfo } from 'node:os';

/** Who runs this process; its uid where no passwd line names it, as in many containers. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
