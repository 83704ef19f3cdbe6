import type { Action } from '../model/action.ts';

/** Commands that destroy what cannot be had back, each with the word for it. */
const COMMANDS: readonly (readonly [what: string, pattern: RegExp])[] = [
  // `git rm` deletes what git still has.
  [
    'deletes files',
    /(?<!\bgit(?:\s+-C\s+\S+)?\s+)\brm\s(?=[^;&|]*(?<=\s)(?:-[a-zA-Z]*[rR][a-zA-Z]*|--recursive)(?:\s|$))/,
  ],
  ['deletes files', /\bfind\b.*\s-delete\b|\brsync\b.*\s--delete/],
  ['drops data', /\bdrop\s+(?:table|database|schema|collection|index|user|role)\b|\bdropdb\b/i],
  ['empties data', /\btruncate\s+table\b|\bdelete\s+from\b|\bflush(?:all|db)\b/i],
  ['deletes objects', /\bkubectl\b.*\sdelete\b|\bhelm\s+(?:uninstall|delete)\b/],
  ['scales to zero', /--replicas[= ]0\b/],
  ['deletes volumes', /\b(?:docker|podman)\s+(?:volume\s+(?:rm|prune)|system\s+prune)\b/],
  [
    'deletes infrastructure',
    /\b(?:terraform|tofu|pulumi)(?:\s+-\S+)*\s+(?:destroy\b|apply\s[^;&|]*(?<=\s)--?destroy\b)/,
  ],
  [
    'erases a disk',
    /\bmkfs(?:\.\w+)?\b|\bwipefs\b|\bdd\b.*\bof=\/dev\/(?!(?:null|zero|full|stdout|stderr|tty)\b|fd\/|shm\/)|\b(?:lvremove|vgremove|zfs\s+destroy|zpool\s+destroy)\b/,
  ],
];

/** What an action destroys if it runs: one line for each command, `deletes files: rm -rf /var/lib/x`. */
export function destructiveLines(action: Action): string[] {
  switch (action.kind) {
    case 'shell':
      return action.text.split('\n').flatMap((line) => {
        const text = line.trim();
        if (text.startsWith('#') || text.length > 4_000) return [];
        const found = COMMANDS.find(([, pattern]) => pattern.test(text));
        return found ? [`${found[0]}: ${text}`] : [];
      });
    case 'apply':
    case 'patch':
      return /^\s*"?replicas"?:\s*0\s*,?$/m.test(action.text) ? ['scales to zero: replicas: 0'] : [];
    case 'file':
    case 'registry':
      return [];
  }
}
