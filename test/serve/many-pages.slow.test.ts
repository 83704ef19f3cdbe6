import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startRecord } from '../../src/journal/passes/pass-recorder.ts';
import { hasPty } from '../cli/pty.ts';
import { copyExample } from '../support/copy-example.ts';

const bin = join(import.meta.dirname, '../../dist/bin.js');

if (!hasPty) console.warn('SKIPPED: 200 open pages: python3 with pty is not installed');

/** The built command on a terminal of its own; answers its link, its pid, and the project. */
async function serveOnTerminal() {
  const root = await mkdtemp(join(tmpdir(), 'runbook-pages-'));
  const folder = join(root, 'project');
  copyExample('first-steps', folder);
  const env = { ...process.env, CI: '', RUNBOOK_STATE: join(root, 'p'), RUNBOOK_BOX_STATE: join(root, 'b') };
  const program = 'import os, pty, sys; print("pid", os.getpid(), flush=True); pty.spawn(sys.argv[1:])';
  const argv = ['-c', program, process.execPath, bin, 'serve', '--port', '0'];
  const child = spawn('python3', argv, { cwd: folder, env, stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(async () => {
    child.stdin.write('e\r');
    child.stdin.end();
    await new Promise((resolve) => child.once('exit', resolve));
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });
  let said = '';
  const link = await new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /http:\S+code=[\w-]{22}/.exec(said)?.[0];
      if (found) resolve(found);
    });
  });
  const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return { folder, link, pid: Number(children.trim().split(' ')[0]) };
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

test.skipIf(!hasPty)(
  '200 open pages follow a pass of 20 MB, also while one of them reads nothing',
  async () => {
    const { folder, link, pid } = await serveOnTerminal();
    const { origin } = new URL(link);
    const signedIn = await fetch(link, { redirect: 'manual' });
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
    const before = await residentMegabytes(pid);
    const open = (until: string) => {
      let connected: () => void = () => {};
      const isOpen = new Promise<void>((resolve) => {
        connected = resolve;
      });
      const ended = new Promise<void>((resolve, reject) => {
        const asked = request(`${origin}/events`, { headers: { cookie }, agent }, (response) => {
          connected();
          if (until === '') {
            // A reader who stops reading: the kernel's buffers fill, then the server's.
            response.pause();
            response.socket.pause();
            response.socket.on('close', resolve).on('error', () => resolve());
            return;
          }
          let tail = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            tail = tail.slice(-100) + chunk;
            if (!tail.includes(until)) return;
            asked.destroy();
            resolve();
          });
        });
        asked.on('error', (error) => (until === '' ? resolve() : reject(error))).end();
      });
      return { isOpen, ended };
    };
    const pages = Array.from({ length: 200 }, () => open('the end'));
    const stuck = open('');
    await Promise.all([...pages, stuck].map(({ isOpen }) => isOpen));
    const by = { kind: 'person', name: 'me' } as const;
    const head = { verb: 'replay', file: 'AUTODOCK.md', name: 'first-steps', box: 'here', document: 'a', by };
    const pass = await startRecord(folder, { ...head, version: '1' }, Date.now);
    const block = `${'x'.repeat(999)}\n`.repeat(500);
    let most = 0;
    for (let index = 0; index < 40; index++) {
      pass.record({ type: 'step-started', at: '', step: `s${index}`, title: 'One', reason: 'new' });
      pass.record({ type: 'output', step: `s${index}`, text: block });
      // The recorder writes at once; the server gets time to send.
      await new Promise((resolve) => setTimeout(resolve, 50));
      most = Math.max(most, await residentMegabytes(pid));
    }
    pass.record({ type: 'output', step: 'last', text: 'the end\n' });
    await pass.end('done');
    await Promise.all(pages.map(({ ended }) => ended));
    most = Math.max(most, await residentMegabytes(pid));
    console.info(`200 pages, 20 MB of output: ${before} MB before, at most ${most} MB`);
    expect(most).toBeLessThan(400);
    const page = await fetch(`${origin}/passes`, { headers: { cookie } });
    expect(page.status).toBe(200);
  },
);
