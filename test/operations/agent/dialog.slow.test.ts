import { access } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { bench } from '../../mcp/support/built.ts';
import { clients, textOfForm } from '../../mcp/support/clients.ts';

const draft = { title: 'Harmless', run: 'touch made', verify: 'file made exists' };

test.each(clients)(
  '$name: a person answers in the client’s own dialog, and a yes for one call is asked again',
  async ({ open }) => {
    const { command, project } = await bench();
    const asked: string[] = [];
    const client = await open(command('AUTODOCK.md'), {
      person: async (form) => {
        asked.push(textOfForm(form));
        // At least a second, because no person reads faster.
        await new Promise((resolve) => AbortSignal.timeout(1_500).addEventListener('abort', resolve));
        return { action: 'accept', content: { answer: 'once' } };
      },
    });
    const done = await client.call('apply_step', { draft });
    expect(done.structuredContent, done.text).toMatchObject({ status: 'succeeded', attempt: 'a1' });
    await access(`${project}/made`);
    expect(asked[0]).toContain('touch made');
    expect(asked[0]).not.toContain('Harmless');
    await client.call('apply_step', { step: 'harmless' });
    expect(asked).toHaveLength(2);
  },
);

test.each(clients)(
  '$name: without a dialog, the answer names the command for a terminal',
  async ({ open }) => {
    const { command, project } = await bench();
    const client = await open(command('AUTODOCK.md'));
    const { structuredContent } = await client.call('apply_step', { draft });
    expect(structuredContent).toMatchObject({ status: 'needs_approval' });
    expect(structuredContent.next).toContain('runbook approve AUTODOCK.md --step harmless');
    await expect(access(`${project}/made`)).rejects.toThrow();
  },
);
