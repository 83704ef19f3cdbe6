import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { environment } from './process.mjs';

/** Pinned: a newer peer is a new comparison. They are not dependencies of the project and are kept outside of it. */
const VERSIONS = {
  'rust-just': '1.57.0',
  zx: '8.8.5',
  execa: '9.6.1',
  '@modelcontextprotocol/server-filesystem': '2026.8.31',
  '@modelcontextprotocol/server-everything': '2026.8.31',
};

const cache = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'agent-runbook-bench',
  Object.values(VERSIONS).join('_'),
);
const modules = join(cache, 'node_modules');

/** From PyPI, in a virtual environment of its own. */
const PYINFRA = '3.10.0';

/** Fetches what is missing from npm and PyPI, once; finds make and Ansible where the system has them. */
export function peers() {
  if (!existsSync(join(cache, 'complete'))) install();
  return {
    /** The binary itself: its npm shim would add a Node start that other ways of installing it do not have. */
    just: join(modules, `rust-just-${process.platform}-${process.arch}`, 'bin', 'just'),
    justShim: join(modules, '.bin', 'just'),
    zx: join(modules, 'zx', 'build', 'cli.js'),
    execa: join(modules, 'execa', 'index.js'),
    filesystem: join(modules, '@modelcontextprotocol', 'server-filesystem', 'dist', 'index.js'),
    everything: join(modules, '@modelcontextprotocol', 'server-everything', 'dist', 'index.js'),
    make: onPath('make'),
    ansible: onPath('ansible-playbook'),
    pyinfra: pyinfra(),
  };
}

function install() {
  console.log(`Fetching the peers from npm into ${cache} …`);
  mkdirSync(cache, { recursive: true });
  const packages = Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`);
  const { status, error } = spawnSync(
    'npm',
    ['install', '--prefix', cache, '--no-audit', '--no-fund', '--loglevel=error', ...packages],
    { stdio: 'inherit', env: process.env },
  );
  if (error || status !== 0) throw new Error(`npm install ended with ${status}: ${error ?? ''}`);
  writeFileSync(join(cache, 'complete'), '');
}

/** Undefined without Python or PyPI, which the benchmark then says aloud. */
function pyinfra() {
  const folder = join(cache, '..', `pyinfra-${PYINFRA}`);
  const command = join(folder, 'bin', 'pyinfra');
  if (existsSync(command)) return command;
  const quiet = { stdio: 'ignore', env: process.env };
  const isMade =
    spawnSync('python3', ['-m', 'venv', folder], quiet).status === 0 &&
    spawnSync(join(folder, 'bin', 'pip'), ['install', '--quiet', `pyinfra==${PYINFRA}`], quiet).status === 0;
  return isMade ? command : undefined;
}

/** A command of the system, or undefined, which the benchmark then says aloud. */
function onPath(name) {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8', env: environment() });
  return found.status === 0 ? found.stdout.trim() : undefined;
}
