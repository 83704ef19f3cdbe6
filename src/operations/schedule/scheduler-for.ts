import type { z } from 'zod';
import type { OperationContext } from '../operation.ts';
import { cron } from './cron.ts';
import { type KubernetesOptions, kubernetes } from './kubernetes.ts';
import { isForSystem, type schedulerFlags } from './schedule-flags.ts';
import type { Scheduler } from './scheduler.ts';
import { systemd } from './systemd.ts';

type Flags = { readonly [Name in keyof typeof schedulerFlags]: z.infer<(typeof schedulerFlags)[Name]> };

/** The scheduler that `--as` names. */
export function schedulerFor(context: OperationContext, flags: Flags & KubernetesOptions): Scheduler {
  switch (flags.as) {
    case 'systemd':
      return systemd(context.world, { system: isForSystem(flags) });
    case 'cron':
      return cron(context.world);
    case 'kubernetes':
      return kubernetes(context, flags);
  }
}
