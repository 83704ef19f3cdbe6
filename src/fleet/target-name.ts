import type { BoxTarget } from '../model/box-target.ts';

/** The default name of a box in an inventory: its host, with the port unless it is ssh's default. */
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
