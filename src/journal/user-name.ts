import { userInfo } from 'node:os';

/** The user of this process; its uid if passwd does not name it, as in many containers. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
