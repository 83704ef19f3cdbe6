import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Json } from '../cluster/kubernetes-api.ts';
import { describeWithNode } from '../cluster/node/describe-with-node.ts';
import { type Ended, privateRegistry, puller } from '../cluster/node/real-node.ts';

const root = join(import.meta.dirname, '../..');

describeWithNode(
  'examples/argo on a real node',
  (node) => {
    let folder: string;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'argo-example-'));
      cpSync(join(root, 'examples/argo'), folder, {
        recursive: true,
        filter: (path) => !path.includes('.runbook'),
      });
      const document = join(folder, 'AUTODOCK.md');
      writeFileSync(document, withoutSystemd(readFileSync(document, 'utf8')));
    });

    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('fails with a wrong password, reports it, and leaves nothing after undo', {
      timeout: 600_000,
    }, async () => {
      const { exitCode, text } = await runbook(['replay', '--yes'], { REGISTRY_PASS: 'wrong-horse-battery' });
      expect(text).toMatch(
        /The registry refuses \S+tools\/deploy:1\.4\.2 to the controller of workflow argo\/deploy-\S+: the pull secret/,
      );
      expect(text).not.toContain('wrong-horse-battery');
      expect(exitCode).toBe(1);
      await undoneToNothing();
    });

    test('is done on its first pass, with a successful workflow', { timeout: 600_000 }, async () => {
      const started = Date.now();
      const told = await runbook(['replay', '--yes']);
      console.info(`first pass: ${Math.round((Date.now() - started) / 1000)} s`);
      expect(told, told.text).toMatchObject({ exitCode: 0, text: expect.stringContaining('done: ') });
      const { items } = await node().api.get('/apis/argoproj.io/v1alpha1/namespaces/argo/workflows');
      expect(items.map(({ status }: Json) => status.phase)).toContain('Succeeded');
    });

    test('has nothing to do on its second pass', async () => {
      const told = await runbook(['replay', '--yes']);
      expect(told, told.text).toMatchObject({ exitCode: 0, text: expect.stringContaining('nothing to do') });
    });

    test('has not drifted', async () => {
      const told = await runbook(['drift']);
      expect(told, told.text).toMatchObject({ exitCode: 0 });
    });

    test('comes back after a reboot of the node', { timeout: 600_000 }, async () => {
      await node().reboot();
      const told = await runbook(['replay', '--yes']);
      expect(told, told.text).toMatchObject({ exitCode: 0 });
    });

    test('leaves nothing after undo, and drift finds nothing', async () => {
      await undoneToNothing();
      const told = await runbook(['drift']);
      expect(told, told.text).toMatchObject({ exitCode: 0 });
    });

    function runbook(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
      return node().run([process.execPath, join(root, 'dist/bin.js'), ...args], {
        cwd: folder,
        env: {
          HOME: '/root',
          REGISTRY: privateRegistry,
          REGISTRY_USER: puller.user,
          REGISTRY_PASS: puller.password,
          RUNBOOK_STATE: join(folder, '.person'),
          RUNBOOK_BOX_STATE: join(folder, '.box'),
          ...env,
        },
      });
    }

    async function undoneToNothing(): Promise<void> {
      const told = await runbook(['undo', '--yes']);
      expect(told, told.text).toMatchObject({ exitCode: 0 });
      const left = await node().api.ask('GET', '/api/v1/namespaces/argo');
      expect(left.status).toBe(404);
      const kinds = await node().api.get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
      expect(kinds.items.map(({ metadata }: Json) => metadata.name)).toEqual([]);
    }
  },
  { withArgo: true },
);

/** A node of the tests has no systemd, so that Caddy is started by its own command. */
function withoutSystemd(text: string): string {
  return (
    text
      .replace(
        'systemctl restart caddy',
        'caddy stop || true\ncaddy start --config /etc/caddy/Caddyfile --adapter caddyfile',
      )
      // Caddy may end before it has answered the request to end.
      .replace('systemctl stop caddy', 'caddy stop || ! pgrep -x caddy')
  );
}
