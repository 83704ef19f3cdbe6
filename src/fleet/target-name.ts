import type { BoxTarget } from '../model/box-target.ts';

/** What a box is called where its inventory gives it no name: the host, with its port where that is not ssh's own. */
export function targetName(target: BoxTarget): string {
  switch (target.kind) {
    case 'local':
      return 'local';
    case 'named':
    case 'container':
      return target.name;
    case 'ssh':
      return target.port === undefined || target.port === 22 ? target.host : `${target.host}:${target.port}`;
  }
}
