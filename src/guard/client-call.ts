import { commandsIn, type StartedProgram } from './commands-in.ts';

/** A call of one of the client's own tools, as its hook gets it. */
export interface ClientCall {
  readonly tool: string;
  readonly command?: string | undefined;
  readonly path?: string | undefined;
}

/**
 * Why a client's own tool may not do this: it belongs to a person, or changes the box without a record. Undefined: it may. A
 * second fence only: the server enforces its own rules, and unknown commands pass.
 */
export function whyDenied({ tool, command, path = '' }: ClientCall): string | undefined {
  if (tool !== 'Bash') return fileReason(path);
  if (command === undefined) return undefined;
  const programs = commandsIn(command);
  const persons = programs.map(ofAPerson).find((each) => each !== undefined);
  if (persons) return `${persons} is for a person at a terminal. Say what you need, and why.`;
  if (!programs.some(changesBox)) return undefined;
  return `This changes the box and would be missing on the next one. Call apply_step with draft.run = ${JSON.stringify(command)}`;
}

function fileReason(path: string): string | undefined {
  if (isRecord(path)) return '.runbook/ is the record of the runbook server; only it writes there.';
  if (!/^\/etc\//.test(path)) return undefined;
  return `${path} belongs to the box. Call apply_step with draft.run = [{"lang":"text","text":"…","attributes":{"file":"${path}"}}]`;
}

const isRecord = (path: string) => /(?:^|\/)\.runbook(?:\/|$)/.test(path);

/** Folders that belong to the box, not to a project, and the folders that contain them. */
function isOfBox(written: string): boolean {
  const path = written.replace(/\/(?:\.?\/)+/g, '/');
  return (
    /^\/(?:etc|usr|opt|srv|boot|lib\w*|bin|sbin|var\/(?:lib|www|spool))(?:\/|$)/.test(path) ||
    /^\/(?:\.|\*|(?:var|home|root)(?:\/\*?)?)?$/.test(path)
  );
}

function ofAPerson({ argv: [path = '', ...rest], writes }: StartedProgram): string | undefined {
  const name = nameOf(path);
  const isRunbook = /^(?:agent-)?runbook(?:@\S+)?$/.test(name);
  // Also `node dist/bin.js approve`.
  const words = isRunbook ? rest : name === 'node' && /\bbin\.js$/.test(rest[0] ?? '') ? rest.slice(1) : [];
  const verb = words.find((each) => !each.startsWith('-'));
  if (verb === 'approve' || verb === 'resume') return `runbook ${verb}`;
  if (words.includes('--yes')) return 'running without asking (--yes)';
  if (written(name, rest, writes).some(isRecord)) return 'writing to .runbook/';
  return undefined;
}

function changesBox({ argv: [path = '', ...rest], writes }: StartedProgram): boolean {
  const name = nameOf(path);
  if (written(name, rest, writes).some(isOfBox)) return true;
  // A program of the project changes the project: `.venv/bin/pip install`.
  if (path.includes('/') && !path.startsWith('/')) return false;
  const asked = name.replace(/^(pip|python)[\d.]+$/, '$1');
  return CHANGES.get(asked)?.(rest) ?? /^\/etc\/init\.d\//.test(path);
}

const nameOf = (path: string) => path.replace(/^.*\//, '');

/** The files that a program writes or removes by its redirections and arguments. */
function written(name: string, rest: readonly string[], writes: readonly string[]): readonly string[] {
  const files = rest.filter((each) => !each.startsWith('-'));
  switch (name) {
    case 'rsync':
      return [...writes, ...files.slice(-1)];
    case 'cp':
    case 'ln':
    case 'install': {
      const folder = rest[rest.indexOf('-t') + 1];
      return [...writes, ...(rest.includes('-t') && folder ? [folder] : files.slice(-1))];
    }
    case 'tee':
    case 'rm':
    case 'mv':
    case 'rmdir':
    case 'mkdir':
    case 'touch':
    case 'truncate':
    case 'chmod':
    case 'chown':
    case 'chgrp':
    case 'unlink':
    case 'shred':
      return [...writes, ...files];
    case 'sed':
    case 'perl':
      return rest.some((each) => IN_PLACE.test(each)) ? [...writes, ...files] : writes;
    case 'dd':
      return [...writes, ...rest.flatMap((each) => /^of=(.*)/.exec(each)?.[1] ?? [])];
    case 'curl':
    case 'wget':
      return [...writes, ...rest.filter((_, index) => /^-[oO]$|^--output/.test(rest[index - 1] ?? ''))];
    default:
      return writes;
  }
}

/** `-i` of sed and perl, alone or after options that take no value: `-ni`, `-0777pi`, `-i.bak`. */
const IN_PLACE = /^-(?:[acEnprsuwz]|0[\da-fx]*|l\d*)*i|^--in-place/;

/** Matches no option. */
const NONE = /(?!)/;

type Test = (rest: readonly string[]) => boolean;

/** The first argument that is not an option is one of these. `valued`: options that take the next word. */
function verb(pattern: RegExp, valued = NONE): Test {
  return (rest) => pattern.test(words(rest, valued)[0] ?? '') && !isDryRun(rest);
}

function words(rest: readonly string[], valued: RegExp): string[] {
  return rest.filter((each, at) => !each.startsWith('-') && !valued.test(rest[at - 1] ?? ''));
}

const isDryRun: Test = (rest) =>
  rest.some((each) =>
    /^--(?:dry-run(?!=none)|simulate|just-print|no-act|download-only|print-uris)/.test(each),
  );

const any: Test = () => true;

const aptVerb = /^(?:install|reinstall|remove|purge|upgrade|full-upgrade|dist-upgrade|autoremove|build-dep)$/;
const apt: Test = (rest) =>
  verb(aptVerb, /^-[otca]$/)(rest) && !rest.some((each) => /^-\w*s$/.test(each) || each === '-d');
const rpm = verb(/^(?:install|reinstall|remove|erase|update|upgrade|downgrade|autoremove|groupinstall)$/);
const isGlobal: Test = (rest) =>
  rest.some((each) => each === '-g' || each === '--global' || each === '--location=global');
const nodePackages: Test = (rest) =>
  isGlobal(rest) &&
  /^(?:i|install|add|ci|un|uninstall|remove|rm|update|up|link)$/.test(words(rest, NONE)[0] ?? '');
const pip: Test = (rest) =>
  verb(/^(?:install|uninstall)$/)(rest) &&
  !rest.some((each) => /^(?:-t|--target|--prefix|--root)\b/.test(each));

const kubernetes: Test = (rest) => {
  if (isDryRun(rest)) return false;
  const [first = '', second = ''] = words(
    rest,
    /^-[nslf]$|^--(?:namespace|context|kubeconfig|cluster|user)$/,
  );
  if (first === 'rollout') return /^(?:restart|undo|pause|resume)$/.test(second);
  return /^(?:apply|create|delete|patch|replace|scale|edit|set|label|annotate|taint|cordon|uncordon|drain|expose|run|autoscale)$/.test(
    first,
  );
};

const containers: Test = (rest) => {
  const valued = /^-[Hcl]$|^--(?:context|host)$/;
  const [first = '', second = ''] = words(rest, valued);
  const inner = rest.slice(rest.indexOf(first) + 1);
  if (first === 'compose') return composed(inner);
  if (first === 'run') return inner.some((each) => /^-\w*d\w*$|^--(?:detach|restart)\b/.test(each));
  const what = /^(?:container|volume|network|image|system)$/.test(first) ? second : first;
  return /^(?:stop|start|restart|kill|rm|prune)$/.test(what) || (what === 'create' && first === 'network');
};
const composed: Test = (rest) =>
  /^(?:up|down|start|stop|restart|rm|kill)$/.test(words(rest, /^-[fp]$|^--(?:file|project-name)$/)[0] ?? '');

/** What of a program changes the box. */
const CHANGES: ReadonlyMap<string, Test> = new Map(
  Object.entries<Test>({
    apt,
    'apt-get': apt,
    aptitude: apt,
    dpkg: (rest) => rest.some((each) => /^(?:-i|-r|-P|--install|--remove|--purge|--configure)$/.test(each)),
    'dpkg-reconfigure': any,
    'add-apt-repository': any,
    dnf: rpm,
    yum: rpm,
    zypper: verb(/^(?:in|install|rm|remove|up|update|dup)$/),
    apk: verb(/^(?:add|del|upgrade)$/),
    pacman: (rest) => rest.some((each) => /^-(?:S(?![si]\b)|R|U)/.test(each)),
    snap: verb(/^(?:install|remove|refresh)$/),
    brew: verb(/^(?:install|uninstall|upgrade|services)$/),
    pip,
    python: (rest) => rest[0] === '-m' && rest[1] === 'pip' && pip(rest.slice(2)),
    pipx: verb(/^(?:install|uninstall|upgrade|inject)$/),
    npm: nodePackages,
    pnpm: nodePackages,
    bun: nodePackages,
    yarn: (rest) => rest[0] === 'global' && /^(?:add|remove|upgrade)$/.test(rest[1] ?? ''),
    gem: verb(/^(?:install|uninstall|update)$/),
    systemctl: verb(
      /^(?:start|stop|restart|reload|try-restart|enable|disable|mask|unmask|kill|isolate|set-default|set-property|edit|daemon-reload)$/,
      /^-[tHMns]$/,
    ),
    service: (rest) => /^(?:start|stop|restart|reload|force-reload)$/.test(rest[1] ?? ''),
    'rc-service': (rest) => /^(?:start|stop|restart|reload)$/.test(rest[1] ?? ''),
    'invoke-rc.d': any,
    'update-rc.d': any,
    helm: verb(
      /^(?:install|upgrade|uninstall|rollback|delete)$/,
      /^-n$|^--(?:namespace|kube-context|kubeconfig)$/,
    ),
    kubectl: kubernetes,
    oc: kubernetes,
    docker: containers,
    podman: containers,
    nerdctl: containers,
    'docker-compose': composed,
    useradd: any,
    usermod: any,
    userdel: any,
    adduser: any,
    deluser: any,
    groupadd: any,
    groupdel: any,
    chpasswd: any,
    crontab: (rest) => !rest.includes('-l'),
    sysctl: (rest) =>
      rest.some((each) => /^-\w*[wp]|^--(?:write|load|system)/.test(each) || each.includes('=')),
    modprobe: any,
    mount: (rest) => words(rest, /^-[to]$/).length > 0,
    umount: any,
    swapon: (rest) => !rest.some((each) => /^(?:-s|--show)/.test(each)) && rest.length > 0,
    swapoff: any,
    iptables: (rest) => rest.some((each) => /^-[ADIRFXPN]$/.test(each)),
    ip6tables: (rest) => rest.some((each) => /^-[ADIRFXPN]$/.test(each)),
    nft: verb(/^(?:add|insert|delete|flush|replace|create)$/),
    ufw: verb(/^(?:allow|deny|enable|disable|delete|reject|limit|reset)$/),
    hostnamectl: verb(/^(?:set-hostname|hostname)$/),
    timedatectl: verb(/^set-/),
    'update-alternatives': (rest) => rest.some((each) => /^--(?:set|install|remove|auto|config)$/.test(each)),
  }),
);
