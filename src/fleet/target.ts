/** How a box is named on a line: by itself, or by the way to it. */
export type TargetKind = 'local' | 'ssh' | 'container' | 'named';

/** A host name or address as ssh takes it; a leading `-` would be an option. */
const HOST = String.raw`(?:\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)`;
const SSH = new RegExp(`^ssh://(?:([A-Za-z0-9_][\\w.+-]*)@)?(${HOST})(?::(\\d{1,5}))?/?$`);
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** What `local`, `ssh://user@host:port`, `container:NAME` or `NAME` (a box launched here) is; undefined: none of them. */
export function targetKind(on: string): TargetKind | undefined {
  if (on === 'local') return 'local';
  if (on.startsWith('container:')) return NAME.test(on.slice('container:'.length)) ? 'container' : undefined;
  if (on.startsWith('ssh://')) {
    const port = SSH.exec(on)?.[3];
    return SSH.test(on) && Number(port ?? 22) <= 65_535 && Number(port ?? 22) > 0 ? 'ssh' : undefined;
  }
  return NAME.test(on) ? 'named' : undefined;
}

/** What a target is called where its inventory gives it no name: the host, with its port where that is not ssh's own. */
export function targetName(on: string): string {
  const ssh = SSH.exec(on);
  if (ssh) return ssh[3] && ssh[3] !== '22' ? `${ssh[2]}:${ssh[3]}` : ssh[2]!;
  return on.startsWith('container:') ? on.slice('container:'.length) : on;
}
