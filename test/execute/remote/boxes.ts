import { mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { afterAll } from 'vitest';
import type { LocalOptions } from '../../../src/execute/local-execution.ts';
import { openRemoteExecution, type RemoteExecution } from '../../../src/execute/remote/remote-execution.ts';
import { openSshLink } from '../../../src/execute/remote/ssh-link.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';

/** Boxes over ssh that share this machine's files, so that results can be compared with local ones. */
export interface SshBoxes {
  readonly sshd: Sshd;
  open(options: LocalOptions): Promise<RemoteExecution>;
}

/** Starts an sshd for a test file. All its boxes share one connection, which ends with the file. */
export async function sshBoxes(): Promise<SshBoxes> {
  const sshd = await startSshd({ workspaces: null });
  const link = await openSshLink({
    target: { kind: 'ssh', host: '127.0.0.1', port: sshd.port },
    attended: false,
    config: sshd.env.RUNBOOK_SSH_CONFIG,
  });
  // The link is closed with the first box that uses it, so no test gets that one.
  const shared = { ...link, close: async () => {} };
  const first = await openRemoteExecution(shared, {
    workspaces: sshd.folder,
    workspace: 'first',
    envFor: async () => ({}),
  });
  afterAll(async () => {
    await first.close();
    await link.close();
    await sshd.stop();
  });
  return {
    sshd,
    open: ({ folder, env, ...more }) => {
      mkdirSync(folder, { recursive: true });
      const place = { workspaces: dirname(folder), workspace: basename(folder) };
      return openRemoteExecution(shared, { ...place, envFor: async () => env, ...more });
    },
  };
}
