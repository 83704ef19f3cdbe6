import { expect, test } from 'vitest';
import { registrySecret } from '../../src/cluster/apply/registry-secret.ts';

const where = { name: 'pull', namespace: 'argo' };

test.each(['plain', 'with "quotes" and \\ and :colons', 'ünïcödé 🙂', '${NOT_A_NAME}', '\n'])(
  'keeps the password %j unchanged',
  (password) => {
    const made = registrySecret({ server: 'registry.example.com', username: 'ann', password }, where);
    if (!made.ok) throw new Error(made.message);
    const data = made.object.data as Record<string, string>;
    const { auths } = JSON.parse(Buffer.from(data['.dockerconfigjson']!, 'base64').toString());
    expect(auths['registry.example.com']).toMatchObject({ username: 'ann', password });
    expect(Buffer.from(auths['registry.example.com'].auth, 'base64').toString()).toBe(`ann:${password}`);
  },
);

test('uses the key for Docker Hub that the kubelet looks for', () => {
  for (const server of ['docker.io', 'https://index.docker.io/v1/', 'registry-1.docker.io']) {
    const made = registrySecret({ server, username: 'ann', password: 'p' }, where);
    const data = (made.ok ? made.object.data : {}) as Record<string, string>;
    expect(Buffer.from(data['.dockerconfigjson']!, 'base64').toString()).toContain(
      'https://index.docker.io/v1/',
    );
  }
});

test('names what is missing, and shows no value', () => {
  expect(registrySecret({ server: 's', username: 'u' }, where)).toMatchObject({
    ok: false,
    message: expect.stringContaining('password'),
  });
  const unknown = registrySecret({ server: 's', username: 'u', password: 'hunter2', pasword: 'x' }, where);
  expect(unknown).toMatchObject({ ok: false, message: expect.stringContaining('unknown: pasword') });
  expect(JSON.stringify(unknown)).not.toContain('hunter2');
});
