/**
 * The arrows: who may import whom. Written as one table; docs/design.md says why.
 * A folder that is not a key may be imported by nobody.
 */
const arrows = {
  base: [],
  program: ['base'],
  model: ['base'],
  probes: ['base', 'model'],
  actions: ['base', 'model'],
  loop: ['model', 'base'],
  schedule: ['base', 'model'],
  markdown: ['base', 'probes', 'model', 'loop', 'schedule'],
  plan: ['base', 'actions', 'model'],
  judge: ['base', 'model'],
  guard: ['base', 'probes', 'model', 'loop'],
  fleet: ['base', 'model'],
  export: ['base', 'model', 'plan', 'judge'],
  page: ['base', 'actions', 'model', 'markdown'],
  execute: ['base', 'program', 'model', 'world'],
  observe: ['base', 'program', 'probes', 'model', 'world'],
  // The one pause, the comparison of values and the words for network trouble live in observe.
  cluster: ['base', 'model', 'world', 'observe', 'judge'],
  boxes: ['base', 'program', 'model', 'world'],
  journal: ['base', 'model', 'loop', 'world'],
  secrets: ['base', 'model', 'world'],
  notify: ['base', 'program', 'model'],
  telemetry: ['base', 'model'],
  operations: [
    'base',
    'program',
    'probes',
    'actions',
    'model',
    'loop',
    'world',
    'markdown',
    'plan',
    'judge',
    'guard',
    'fleet',
    'export',
    'page',
    'schedule',
    'execute',
    'observe',
    'cluster',
    'boxes',
    'journal',
    'secrets',
    'notify',
    'telemetry',
  ],
  cli: ['base', 'model', 'operations', 'world'],
  mcp: ['base', 'model', 'operations', 'world'],
  serve: ['base', 'model', 'page', 'operations', 'world'],
};

const room = (name) => `^src/${name}(/|\\.ts$)`;

/** Packages that one room owns; nobody else imports them. */
const owned = {
  '(unified|remark-[^/]+|rehype-[^/]+|mdast-util-to-[^/]+|lowlight|hastscript)': ['markdown', 'page'],
  '(execa)': ['program'],
  '(@modelcontextprotocol/[^/]+)': ['mcp'],
  '(@kubernetes/client-node)': ['cluster'],
  '(@opentelemetry/[^/]+)': ['telemetry'],
};

/** Pure rooms: no clock, no I/O. */
const pure = [
  'base',
  'model',
  'probes',
  'actions',
  'loop',
  'markdown',
  'plan',
  'judge',
  'guard',
  'fleet',
  'export',
  'page',
  'schedule',
];

module.exports = {
  forbidden: [
    ...Object.entries(arrows).map(([from, to]) => ({
      name: `arrow-${from}`,
      comment: `${from} may import only: ${[from, ...to].join(', ')}`,
      severity: 'error',
      from: { path: room(from) },
      to: { path: '^src/', pathNot: [from, ...to].map(room) },
    })),
    ...Object.entries(owned).map(([name, rooms]) => ({
      name: `owned-${name}`,
      comment: `only ${rooms.join(', ')} may import it`,
      severity: 'error',
      from: { path: '^src/', pathNot: rooms.map(room) },
      to: { path: `node_modules/${name}/` },
    })),
    {
      name: 'approves-in-one-place',
      comment: 'elsewhere an ApprovedClosure is a type: only approve-closure makes one',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/operations/approval/approve-closure\\.ts$' },
      to: { path: '^src/operations/approval/approved-closure\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'approves-after-asking',
      comment: 'only what asks a person, or finds what was answered, may call a closure approved',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/operations/(approval/approval|agent/attempt/permission|agent/tools/replay)\\.ts$',
      },
      to: { path: '^src/operations/approval/approve-closure\\.ts$' },
    },
    {
      name: 'runs-only-approved-code',
      comment:
        'elsewhere Approved is a type: only an ApprovedClosure hands out parts of a document that a box runs',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/operations/approval/approved-closure\\.ts$' },
      to: { path: '^src/model/approved\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'own-programs-are-few',
      comment: 'programs that run without approval have their text in these files',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '^src/(observe/remote/remote-observer|operations/chaos/inside-faults|operations/preflight/preflight)\\.ts$',
      },
      to: { path: '^src/model/own-program\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'starts-processes',
      comment:
        'operations, cli and mcp start processes through a Box alone; the exceptions run git, the scheduler, this program, commands of the person’s own notify.json, the person’s pager, editor and browser, and programs that doctor asks for their version',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '^src/(execute/|program/|boxes/|open-on-desktop\\.ts$|cli/pager\\.ts$|observe/tool\\.ts$|journal/lock/process-identity\\.ts$|operations/(agent/save/commit|doctor/(program|claude)-checks|schedule/run-scheduler-program|secret/(tracked-env|edit)|notify/notify-targets|telemetry/(start-telemetry|vcs-of))\\.ts$|notify/send\\.ts$)',
      },
      to: {
        path: '^((node:)?child_process$|src/program/(run-program|start-detached)\\.ts$|node_modules/execa/)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'pure-rooms',
      comment: 'data in, data out: no Node built-in beside crypto hashing and types',
      severity: 'error',
      from: { path: pure.map(room), pathNot: '^src/base/disk/' },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'pure-rooms-no-disk',
      severity: 'error',
      from: { path: pure.map(room), pathNot: '^src/base/disk/' },
      to: { path: '^src/base/disk/' },
    },
    {
      name: 'named-exports-survive',
      comment:
        'of a CommonJS package imported on demand the bundle keeps the default alone: import it in a file, and that',
      severity: 'error',
      from: { path: '^src/' },
      to: { dynamic: true, path: 'node_modules/yaml/' },
    },
    { name: 'no-circles', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    // hast and mdast are packages of types alone.
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(hast|mdast)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
