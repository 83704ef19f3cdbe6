import type { Page } from './page.ts';

/** A link that the terminal opens (OSC 8), where it is known to support them; else the text alone. */
export function hyperlink(target: string, { links }: Pick<Page, 'links'>): string {
  if (!links || !/^https?:\/\/[\x21-\x7e]+$/.test(target)) return target;
  return `\u001b]8;;${target}\u001b\\${target}\u001b]8;;\u001b\\`;
}

/**
 * Whether this terminal shows OSC 8 links (https://github.com/Alhadis/OSC8-Adoption). Others may print the sequence, so only
 * known ones get it. FORCE_HYPERLINK decides where it is set, as in other programs.
 */
export function supportsLinks(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.FORCE_HYPERLINK !== undefined) return env.FORCE_HYPERLINK !== '0';
  if (env.TERM === 'dumb' || env.TERM === 'linux') return false;
  // VTE 0.50 and later: GNOME Terminal, Tilix, xfce4-terminal.
  if (Number(env.VTE_VERSION) >= 5000) return true;
  if (PROGRAMS.has(env.TERM_PROGRAM ?? '')) return true;
  if (/^(?:xterm-kitty|xterm-ghostty|alacritty|foot|wezterm|contour)/.test(env.TERM ?? '')) return true;
  return [env.WT_SESSION, env.KONSOLE_VERSION, env.KITTY_WINDOW_ID].some((each) => each !== undefined);
}

const PROGRAMS = new Set(['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper', 'rio', 'zed']);
