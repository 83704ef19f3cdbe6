import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageRecipe } from './image-store.ts';

const busybox = '/bin/busybox';

/** The images of every node, from the programs of build-node.sh and this machine's own. */
export function basicImages(programs: string): ImageRecipe[] {
  const trouble = { '/bin/trouble': join(programs, 'trouble') };
  const applets = Object.fromEntries(
    execFileSync(busybox, ['--list'], { encoding: 'utf8' })
      .split('\n')
      .filter((applet) => applet && applet !== 'busybox')
      .map((applet) => [`/bin/${applet}`, 'busybox']),
  );
  const env = ['PATH=/bin'];
  return [
    {
      name: 'pause:3.10',
      copies: { '/pause': join(programs, 'pause') },
      config: { Entrypoint: ['/pause'] },
    },
    // One program and no shell, as distroless images are.
    { name: 'test/trouble:1', copies: trouble, config: { Entrypoint: ['/bin/trouble'], Env: env } },
    // /bin/sh and no bash, as Alpine has it.
    {
      name: 'library/busybox:1',
      copies: withLibraries('/bin/busybox', busybox),
      links: applets,
      config: { Cmd: ['sh'], Env: env },
    },
    // Its entry point names an interpreter that the image lacks.
    {
      name: 'test/nobash:1',
      copies: withLibraries('/bin/busybox', busybox),
      links: applets,
      files: { '/entrypoint.sh': '#!/bin/bash\nset -e\necho starting\nexec sleep 100000\n' },
      config: { Entrypoint: ['/entrypoint.sh'], Env: env },
    },
    // Only for those who log in.
    {
      name: 'tools/deploy:1.4.2',
      copies: trouble,
      config: { Entrypoint: ['/bin/trouble', 'say', 'deployed'], Env: env },
    },
    { name: 'tools/trouble:1', copies: trouble, config: { Entrypoint: ['/bin/trouble'], Env: env } },
    loadBalancerImage(),
  ];
}

/** Argo Workflows and Argo Events as their manifests name them; empty where they are not built. */
export function argoImages(programs: string, authority: string): ImageRecipe[] {
  const program = (name: string) => join(programs, name);
  const names = ['workflow-controller', 'argoexec', 'argo', 'argo-events', 'nats-server'];
  if (names.some((name) => !existsSync(program(name)))) return [];
  const base = {
    files: { '/etc/nsswitch.conf': 'hosts: files dns\n', '/home/argo/.keep': '' },
    // The workflow controller asks the registry for the entry point of an image, so it has to trust it.
    copies: { '/etc/ssl/certs/ca-certificates.crt': authority, '/usr/share/zoneinfo': '/usr/share/zoneinfo' },
  };
  const image = (name: string, from: string, config: Record<string, unknown>): ImageRecipe => ({
    name,
    ...base,
    copies: { ...base.copies, [`/bin/${from}`]: program(from) },
    config: { Env: ['PATH=/bin'], ...config },
  });
  const idle = (name: string): ImageRecipe => ({
    name,
    copies: { '/bin/trouble': program('trouble') },
    config: { Entrypoint: ['/bin/trouble', 'sleep'] },
  });
  return [
    image('argoproj/workflow-controller:v4.0.5', 'workflow-controller', {
      Entrypoint: ['workflow-controller'],
      User: '8737',
    }),
    image('argoproj/argoexec:v4.0.5', 'argoexec', { Entrypoint: ['argoexec'] }),
    image('argoproj/argocli:v4.0.5', 'argo', { Entrypoint: ['argo'], User: '8737' }),
    image('argoproj/argo-events:v1.9.9', 'argo-events', { Entrypoint: ['/bin/argo-events'] }),
    {
      name: 'library/nats:2.10.10',
      copies: { '/nats-server': program('nats-server') },
      files: { '/data/.keep': '' },
      config: { Entrypoint: ['/nats-server'], Env: ['PATH=/bin:/'] },
    },
    // They report metrics and reload configuration; no test needs either.
    idle('natsio/prometheus-nats-exporter:0.14.0'),
    idle('natsio/nats-server-config-reloader:0.14.0'),
  ];
}

/** A program of this machine, with the libraries that it loads. */
function withLibraries(place: string, program: string): Record<string, string> {
  let listed = '';
  try {
    listed = execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // It is static, and ldd says so by its exit code.
  }
  const libraries = listed.match(/\/\S+/g) ?? [];
  return { [place]: program, ...Object.fromEntries(libraries.map((library) => [library, library])) };
}

/** Sends what arrives at a port of the node on to a cluster IP in the packet filter, as rancher/klipper-lb does. */
function loadBalancerImage(): ImageRecipe {
  const nft = '/usr/sbin/nft';
  return {
    name: 'rancher/klipper-lb:v0.4.13',
    copies: { ...withLibraries('/bin/busybox', busybox), ...withLibraries(nft, nft) },
    links: { '/bin/sh': 'busybox', '/bin/sleep': 'busybox' },
    files: {
      '/entry.sh': `#!/bin/sh
set -e
${nft} -f - <<RULES
table ip lb$SRC_PORT {
  chain in { type nat hook prerouting priority -100; tcp dport $SRC_PORT dnat to $DEST_IPS:$DEST_PORT; }
  chain out { type nat hook postrouting priority 100; masquerade; }
}
RULES
exec sleep 1000000000
`,
    },
    config: { Entrypoint: ['/entry.sh'], Env: ['PATH=/bin:/usr/sbin'] },
  };
}
