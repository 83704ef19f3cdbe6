import { describe, expect, it } from 'vitest';
import { parseInventory } from '../../src/fleet/inventory.ts';

const targets = (text: string) => {
  const { targets, diagnostics } = parseInventory(text, 'inventory.yaml');
  expect(diagnostics).toEqual([]);
  return targets;
};
const said = (text: string) =>
  parseInventory(text, 'inventory.yaml').diagnostics.map(
    ({ code, message, remedy, place }) => `${place?.line}:${place?.column} ${code}: ${message} ${remedy}`,
  );

describe('an inventory', () => {
  it('lists boxes, with groups and their own settings', () => {
    const found = targets(`
inputs: { DOMAIN: example.org, PORT: 8080 }
groups:
  web:
    inputs: { PORT: 0081 }
    targets:
      - ssh://deploy@web-1
      - { on: "ssh://deploy@web-2:2222", name: second, inputs: { DOMAIN: other.org, DEBUG: yes } }
targets: [local, container:db]
`);
    expect(found.map(({ place: _, box: __, ...rest }) => rest)).toEqual([
      { name: 'local', on: 'local', groups: [], inputs: { DOMAIN: 'example.org', PORT: '8080' } },
      { name: 'db', on: 'container:db', groups: [], inputs: { DOMAIN: 'example.org', PORT: '8080' } },
      {
        name: 'web-1',
        on: 'ssh://deploy@web-1',
        groups: ['web'],
        inputs: { DOMAIN: 'example.org', PORT: '0081' },
      },
      {
        name: 'second',
        on: 'ssh://deploy@web-2:2222',
        groups: ['web'],
        inputs: { DOMAIN: 'other.org', PORT: '0081', DEBUG: 'yes' },
      },
    ]);
    expect(found[2]?.place).toEqual({ file: 'inventory.yaml', line: 7, column: 9 });
  });

  it('reports every error with its place and a remedy', () => {
    expect(
      said(
        'target: [a]\ntargets:\n  - ssh://-oProxyCommand=x\n  - {on: a, nme: b}\n  - {name: c}\n  - [1]\n',
      ),
    ).toEqual([
      '1:1 unknown-key: The key `target` is not known here. Did you mean `targets`?',
      '3:5 bad-box: "ssh://-oProxyCommand=x" does not name a box: "-oProxyCommand=x" is not a host name. ssh://user@host:22',
      '4:13 unknown-key: The key `nme` is not known here. Did you mean `name`?',
      '5:5 bad-inventory: A target must be a string, or a mapping with `on`. See docs/fleets.md for the format.',
      '6:5 bad-inventory: A target must be a string, or a mapping with `on`. See docs/fleets.md for the format.',
    ]);
  });

  it('rejects a box that is listed twice', () => {
    expect(said('targets:\n  - web\n  - web\n  - {on: web, name: other}\n')).toEqual([
      '3:5 duplicate-target: `web` must be unique; it is already on line 2. Give one of them a different `name:`.',
      '4:10 duplicate-target: `web` must be unique; it is already on line 2. List each box only once.',
    ]);
  });

  it.each([
    ['', '1:1 bad-inventory: An inventory must be a mapping'],
    ['- a\n', '1:1 bad-inventory: An inventory must be a mapping'],
    ['targets: []\n', '1:1 no-targets'],
    ['targets: [a\n', 'bad-inventory: The inventory must be valid YAML'],
    ['targets: ["a b"]\n', '1:11 bad-box'],
    ['targets: [a]\ninputs: {A: [1]}\n', '2:13 bad-inventory: The value of `A` must be a string'],
    ['targets: [a]\ninputs: {A: }\n', '2:13 bad-inventory: The value of `A` must be a string'],
    ['targets: a\n', '1:10 bad-inventory: `targets` must be a list'],
    ['groups: {web: [a]}\n', '1:15 bad-inventory: A group must be a mapping'],
  ])('refuses %j', (text, words) => {
    expect(said(text).join('\n')).toContain(words);
  });
});
