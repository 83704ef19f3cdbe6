import { join } from 'node:path';
import { timed } from './process.mjs';
import { inRoom } from './rooms.mjs';
import { inTurn } from './rounds.mjs';
import { reasonForNoHosts, startHosts } from './ssh-hosts.mjs';

const HOSTS = 32;
const STEPS = 20;
/** Ansible takes most of a minute a round. */
const MAX_ROUNDS = 3;
const node = process.execPath;

const files = Array.from({ length: STEPS }, (_, at) => `f${at + 1}`);
const makes = (file) => `echo ${file} > "$WORK/${file}"`;

/** The same twenty steps on 32 hosts: an sshd each on loopback, all sharing this machine's cores with the client that drives them. */
export async function fleet({ bin, peers, rounds, skipped }) {
  const reason = reasonForNoHosts();
  if (reason) {
    skipped.push(`the fleet: ${reason}`);
    return [];
  }
  const lab = await startHosts(HOSTS);
  try {
    return await measure({ bin, peers, rounds: Math.min(rounds, MAX_ROUNDS), skipped, lab });
  } finally {
    lab.stop();
  }
}

async function measure({ bin, peers, rounds, skipped, lab }) {
  const ports = lab.hosts.map(({ port }) => String(port));
  const way =
    (room, argv, env = {}) =>
    () => {
      lab.clean();
      return inRoom(room, ({ at, folder }) => {
        const ms = timed(argv(folder), { ...at, env: { ...at.env, ...env } });
        lab.check(files);
        return ms;
      });
    };
  const replaying = [
    ...[node, bin, 'replay', '--fleet', 'inventory.yaml', '--forks', String(HOSTS)],
    ...['--yes', '--quiet'],
  ];
  const documents = { 'AUTODOCK.md': runbook(), 'inventory.yaml': inventory(ports) };
  const ssh = { RUNBOOK_SSH_CONFIG: lab.config };
  const beside = (name) => join(import.meta.dirname, name);
  const ran = await inTurn(
    {
      runbook: way(documents, () => replaying, ssh),
      again: () => {
        lab.clean();
        return inRoom(documents, ({ at }) => {
          const running = { ...at, env: { ...at.env, ...ssh } };
          timed(replaying, running);
          return timed(replaying, running);
        });
      },
      master: way({ commands: files.map((file) => `${makes(file)}\n`).join('') }, (folder) => [
        ...[beside('control-master.sh'), lab.config, folder, 'commands', ...ports],
      ]),
      shells: way({ 'commands.json': JSON.stringify(files.map(makes)) }, () => [
        ...[node, beside('persistent-shells.mjs'), lab.config, ports.join(','), 'commands.json'],
      ]),
      ...(peers.ansible
        ? {
            ansible: way(
              {
                'book.yml': playbook(),
                hosts: ansibleHosts(ports, lab.config),
                'ansible.cfg': ansibleConfig(lab),
              },
              () => [peers.ansible, '-i', 'hosts', 'book.yml'],
              { ANSIBLE_CONFIG: 'ansible.cfg' },
            ),
          }
        : {}),
      ...(peers.pyinfra
        ? {
            pyinfra: way({ 'hosts.py': pyinfraHosts(ports, lab), 'deploy.py': pyinfraDeploy() }, () => [
              ...[peers.pyinfra, '--yes', '--parallel', String(HOSTS), 'hosts.py', 'deploy.py'],
            ]),
          }
        : {}),
    },
    rounds,
  );
  if (!peers.pyinfra) skipped.push('the fleet against pyinfra: Python or PyPI is missing here');
  if (!peers.ansible)
    skipped.push('the fleet against Ansible: ansible-playbook is missing (apt install ansible-core)');
  const what = `${HOSTS} hosts × ${STEPS} steps`;
  return [
    ...(ran.ansible
      ? [
          {
            what,
            against: 'Ansible with pipelining, which only runs',
            limit: 1 / 40,
            ours: ran.runbook,
            theirs: ran.ansible,
          },
        ]
      : []),
    {
      what,
      against: 'a ControlMaster loop, which only runs',
      limit: 0.35,
      ours: ran.runbook,
      theirs: ran.master,
    },
    { what, against: 'one persistent remote shell a host', limit: 2, ours: ran.runbook, theirs: ran.shells },
    ...(ran.pyinfra
      ? [{ what, against: 'pyinfra, which only runs', limit: 0.5, ours: ran.runbook, theirs: ran.pyinfra }]
      : []),
    {
      what: 'the next pass over them within a minute',
      against: 'the first pass',
      limit: 0.5,
      ours: ran.again,
      theirs: ran.runbook,
    },
  ];
}

function runbook() {
  const steps = files.map(
    (file) =>
      `### Make ${file}\n\nWhy: it shows what one step of many hosts costs.\n\n\`\`\`bash\n${makes(file)}\n\`\`\`\n\nVerify:\n\n\`\`\`bash\ntest -f "$WORK/${file}"\n\`\`\`\n`,
  );
  return `---\nrunbook: 1\nname: fleet\n---\n\n# Fleet\n\n## Steps\n\n${steps.join('\n')}`;
}

const inventory = (ports) => `targets:\n${ports.map((port) => `  - ssh://127.0.0.1:${port}\n`).join('')}`;

const ansibleHosts = (ports, config) =>
  ports
    .map(
      (port) =>
        `h${port} ansible_host=127.0.0.1 ansible_port=${port} ansible_ssh_common_args='-F ${config}'\n`,
    )
    .join('');

const ansibleConfig = ({ folder }) =>
  `[defaults]\nforks = ${HOSTS}\ngathering = explicit\ninterpreter_python = /usr/bin/python3\n[ssh_connection]\npipelining = True\ncontrol_path_dir = ${folder}/cp\n`;

const pyinfraHosts = (ports, { folder }) =>
  `hosts = ${JSON.stringify(
    ports.map((port) => [
      `h${port}`,
      {
        ssh_hostname: '127.0.0.1',
        ssh_port: Number(port),
        ssh_key: join(folder, 'user_key'),
        ssh_known_hosts_file: join(folder, 'known_hosts'),
      },
    ]),
  )
    .replaceAll('[["', '[("')
    .replaceAll(']]', ')]')
    .replaceAll('],["', '),("')}\n`;

const pyinfraDeploy = () =>
  `from pyinfra.operations import server\n\nfor name, command in ${JSON.stringify(files.map((file) => [file, makes(file)]))}:\n    server.shell(name=name, commands=[command])\n`;

/** JSON is YAML. */
const playbook = () =>
  JSON.stringify([
    {
      hosts: 'all',
      gather_facts: false,
      tasks: files.map((file) => ({ name: file, 'ansible.builtin.shell': { cmd: makes(file) } })),
    },
  ]);
