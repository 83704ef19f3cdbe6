import { posix } from 'node:path';
import type { ContainerOptions } from './execute/remote/container-link.ts';
import type { BoxLink } from './execute/remote/link.ts';
import type { RemoteOptions } from './execute/remote/remote-execution.ts';
import type { Box, BoxPolicy } from './model/box.ts';
import { type BoxTarget, targetText } from './model/box-target.ts';
import type { OpenBox, World } from './world.ts';

/** How a box is reached, and what is known about it in addition to its own answers. */
interface RemoteAccess {
  readonly link: BoxLink;
  readonly policy: BoxPolicy;
  readonly options: Pick<RemoteOptions, 'identity' | 'workspaces'>;
}

/**
 * Opens a box that is not this machine: an ssh host, a container, or one that was launched here. Executors and probes load
 * here, so that a pass on this machine does not pay for them.
 * @throws RunbookError 3 where it cannot be reached or cannot serve, 64 for a name that no launched box has
 */
export async function openRemoteBox(
  open: OpenBox,
  target: Exclude<BoxTarget, { kind: 'local' }>,
  env: World['env'],
): Promise<Box> {
  const { person } = open;
  const [{ openRemoteExecution }, { remoteProbes }] = await Promise.all([
    import('./execute/remote/remote-execution.ts'),
    import('./observe/remote/remote-probes.ts'),
  ]);
  const reach = async () => {
    const { link, policy, options } = await remoteAccess(target, env, person !== undefined);
    const workspace = workspaceOf(open.folder);
    return {
      policy,
      execution: await openRemoteExecution(link, {
        ...options,
        workspace,
        envFor: open.envFor ?? (async () => open.env),
      }),
    };
  };
  // ssh may ask for a password or about a host key: the terminal is its own meanwhile.
  const { policy, execution } = await (person ? person.withTerminal(reach) : reach());
  return { ...execution, policy, ...remoteProbes(execution) };
}

async function remoteAccess(
  target: Exclude<BoxTarget, { kind: 'local' }>,
  env: World['env'],
  attended: boolean,
): Promise<RemoteAccess> {
  switch (target.kind) {
    case 'ssh': {
      const { openSshLink } = await import('./execute/remote/ssh-link.ts');
      const config = env.RUNBOOK_SSH_CONFIG || undefined;
      return { link: await openSshLink({ target, attended, config }), policy: 'guarded', options: {} };
    }
    case 'container':
      return container(
        { container: target.name, engine: target.engine, name: targetText(target) },
        'guarded',
      );
    case 'named': {
      const { requireBox } = await import('./boxes/find-box.ts');
      const { engine, container: id, name } = await requireBox(target.name);
      const way = await container({ container: id, engine, name }, 'sandbox');
      // Where `runbook box sync` brings a folder.
      return { ...way, options: { ...way.options, workspaces: '/srv' } };
    }
  }
}

/** A container is known by its id: an image that was made of it must not be taken for it. */
async function container(options: ContainerOptions, policy: BoxPolicy): Promise<RemoteAccess> {
  const { openContainerLink } = await import('./execute/remote/container-link.ts');
  const link = await openContainerLink(options);
  const name = options.name.replace(/^container:/, '');
  return { link, policy, options: { identity: { id: link.id, name } } };
}

/** A project's folder on a box has the name that it has here. */
export function workspaceOf(folder: string): string {
  return (
    posix
      .basename(folder)
      .replace(/[^\w.-]/g, '-')
      .replace(/^\.+$/, '') || 'project'
  );
}
