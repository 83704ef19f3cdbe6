import { randomBytes } from 'node:crypto';
import FUNCTIONS from './scripts/functions.sh';

/** Larger files are not fetched. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** A script for a remote machine, and the mark that starts each frame of its output. */
export interface ObserveScript {
  readonly text: string;
  readonly mark: string;
}

/**
 * Joins script fragments into one that observes a machine and changes nothing. POSIX shell, with the tools that
 * coreutils and busybox share, in the C locale. It is read from standard input, so that it appears in no command line.
 * Each result is a frame: newline, mark, kind and subject, newline, and the bytes until the next mark. The mark is
 * random and assembled at run time, so that no file or command line can contain it.
 */
export function observeScript(fragments: Iterable<string>): ObserveScript {
  const nonce = randomBytes(12).toString('hex');
  const mark = `\n@rb-${nonce}-`;
  const text = `nonce=${nonce} most=${MAX_FILE_BYTES}
${FUNCTIONS}observe() {
h me "$$ $(id -u) $(date +%s)"
for x in cat find grep head id ls sort stat tail; do command -v "$x" >/dev/null || lacks="$lacks $x"; done
if [ "$lacks" ]; then h lacks "$lacks"; h end .; return; fi
${[...new Set(fragments)].join('\n')}
h end .
}
observe </dev/null
exit 0
`;
  return { text, mark };
}
