import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { agentResources } from '../../src/operations/agent/all-resources.ts';
import { RESULT_BUDGET, TOOLSETS } from '../../src/operations/agent/tool.ts';
import { agentTools } from '../../src/operations/all.ts';

const page = 'docs/mcp.md';
const generated = /(<!-- generated: tools -->)[\s\S]*?(<!-- \/generated -->)/;

const does = { read: 'reads', write: 'writes', act: 'acts' } as const;

/** The table of docs/mcp.md, from the tools themselves. UPDATE=1 writes it. */
async function toolTable(): Promise<string> {
  const tools = await Promise.all(agentTools.map((row) => row.load()));
  const rows = tools.map(({ name, dotted, toolset, effect, description, input }) => {
    const first = description.replace(/ \([a-z.-]+\)/, '').match(/^.*?[.:](?= |$)/)?.[0] ?? description;
    const sentence = first.replace(/:$/, '.').replaceAll('|', '\\|');
    return [`\`${name}\``, `\`${dotted}\``, toolset, does[effect], argumentsOf(input), sentence];
  });
  const head = ['tool', 'also', 'toolset', 'effect', 'arguments', 'what it does'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function argumentsOf(input: z.ZodObject): string {
  const names = Object.entries(input.shape).map(([name, field]) =>
    (field as z.ZodType).safeParse(undefined).success ? `\`${name}?\`` : `\`${name}\``,
  );
  return names.join(' ') || 'none';
}

describe('docs/mcp.md', () => {
  test('lists the tools as they are', async () => {
    const before = readFileSync(page, 'utf8');
    const table = await toolTable();
    const after = before.replace(generated, (_, start, end) => `${start}\n\n${table}\n\n${end}`);
    if (process.env.UPDATE) writeFileSync(page, after);
    else expect(after, 'run UPDATE=1 npx vitest run test/mcp/docs').toBe(before);
  });

  test('names every resource and toolset', async () => {
    const text = readFileSync(page, 'utf8');
    for (const load of agentResources) expect(text).toContain(`\`${(await load()).uri}\``);
    for (const toolset of TOOLSETS) expect(text).toContain(toolset);
  });
});

describe('the tools', () => {
  test.each(agentTools)('$name keeps the rules', async (row) => {
    const tool = await row.load();
    expect(tool.name).toMatch(/^[a-z][a-z0-9_]{0,29}$/);
    expect(tool.dotted.replaceAll(/[.-]/g, '_')).toBe(tool.name);
    expect(tool.description.length).toBeLessThanOrEqual(600);
    expect(tool.description).toContain(tool.dotted);
    expect(tool.hints.readOnly).toBe(tool.effect === 'read');
    expect(tool.budget ?? RESULT_BUDGET.usual).toBeLessThanOrEqual(RESULT_BUDGET.most);
  });

  test('have unique names, however they are spelled', () => {
    const names = agentTools.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
