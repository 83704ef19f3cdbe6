import type { Draft, Place, Struggle } from './struggle.ts';

const background = (text: string) => [{ lang: 'bash', text, attributes: { background: 'true' } }];
const shellCheck = (text: string) => [{ lang: 'bash', text, attributes: {} }];

/** The program of the step holds the port already, started by the image of the box. */
const SERVERS: Readonly<Record<string, (place: Place, folder: string) => string>> = {
  node: ({ port }, folder) =>
    `node -e 'require("http").createServer((q, r) => r.end(require("fs").readFileSync("${folder}/index.html"))).listen(${port}, "127.0.0.1")'`,
  python: ({ port }, folder) => `python3 -m http.server ${port} --bind 127.0.0.1 --directory ${folder}`,
  busybox: ({ port }, folder) => `busybox httpd -f -p 127.0.0.1:${port} -h ${folder}`,
};

/** How agents check that the other one is gone. */
const GONE: Readonly<Record<string, (place: Place, program: string) => unknown>> = {
  'a free port': ({ port }) => `port ${port} free within 10s`,
  'its owner': ({ port }, program) =>
    `not port ${port} owner "${program === 'busybox' ? 'busybox httpd' : program === 'node' ? 'node -e' : 'python3 -m'}" within 10s`,
  'a search of processes': () => shellCheck("! pgrep -f '[o]ld-page'"),
};

const sameProgram: Struggle[] = Object.entries(SERVERS).flatMap(([program, server]) =>
  Object.entries(GONE).map(([way, gone]) => ({
    kind: 'same program',
    name: `${program} holds the port, checked by ${way}`,
    box: (place) =>
      `mkdir -p old-page && echo old > old-page/index.html\n${server(place, 'old-page')} >/dev/null 2>&1 &`,
    tries: (place) => [
      [
        'holds',
        {
          title: 'Write the page',
          run: 'mkdir -p new-page && echo new > new-page/index.html',
          verify: 'file new-page/index.html contains "new"',
        },
      ],
      [
        'fails',
        {
          title: 'Serve the page',
          run: background(`exec ${server(place, 'new-page')}`),
          verify: `http GET http://127.0.0.1:${place.port}/ contains "new" within 5s`,
        },
      ],
      [
        'holds',
        {
          title: 'Stop the old server',
          run: "pkill -f '[o]ld-page'; sleep 0.3",
          verify: gone(place, program),
        },
      ],
      ['holds', 'serve-the-page'],
    ],
  })),
);

/** NEEDED is made after the step that needs it. */
const ORDERS: readonly (readonly [name: string, needs: Draft, makes: Draft])[] = [
  [
    'a folder',
    {
      title: 'Write the settings',
      run: 'echo port=1 > etc/app.conf',
      verify: 'file etc/app.conf contains "port=1"',
    },
    { title: 'Make the folder', run: 'mkdir -p etc', verify: 'file etc exists' },
  ],
  [
    'a template',
    {
      title: 'Render the settings',
      run: 'sed s/NAME/web/ app.tmpl > app.conf.new && mv app.conf.new app.conf',
      verify: 'file app.conf contains "web"',
    },
    { title: 'Write the template', run: 'echo name=NAME > app.tmpl', verify: 'file app.tmpl exists' },
  ],
  [
    'a program',
    { title: 'Run the migration', run: './migrate', verify: 'file schema contains "v2"' },
    {
      title: 'Install the migration',
      run: 'printf "#!/bin/sh\\necho v2 > schema\\n" > migrate && chmod +x migrate',
      verify: 'file migrate exists',
    },
  ],
  [
    'a key',
    {
      title: 'Sign the release',
      run: 'sha256sum key > release.sig.new && mv release.sig.new release.sig',
      verify: 'file release.sig exists',
    },
    { title: 'Make the key', run: 'head -c 16 /dev/zero | base64 > key', verify: 'file key exists' },
  ],
  [
    'an archive',
    { title: 'Unpack the archive', run: 'tar xf site.tar', verify: 'file site/index.html exists' },
    {
      title: 'Build the archive',
      run: 'mkdir -p site && echo hi > site/index.html && tar cf site.tar site && rm -r site',
      verify: 'file site.tar exists',
    },
  ],
  [
    'a link',
    {
      title: 'Check the release',
      run: 'cat current/version > deployed',
      verify: 'file deployed contains "7"',
    },
    {
      title: 'Link the release',
      run: 'mkdir -p r7 && echo 7 > r7/version && ln -sfn r7 current',
      verify: 'file current/version exists',
    },
  ],
  [
    'a repository',
    {
      title: 'Tag the release',
      run: 'git -C repo tag v1 && git -C repo tag > tags',
      verify: 'file tags contains "v1"',
    },
    {
      title: 'Make the repository',
      run: 'git init -q repo && git -C repo -c user.name=a -c user.email=a@b commit -q --allow-empty -m x',
      verify: 'file repo/.git exists',
    },
  ],
  [
    'a module',
    {
      title: 'Start the worker',
      run: 'node -e \'require("./lib/work.cjs").go()\'',
      verify: 'file worked exists',
    },
    {
      title: 'Write the module',
      run: 'mkdir -p lib && echo \'exports.go = () => require("fs").writeFileSync("worked", "")\' > lib/work.cjs',
      verify: 'file lib/work.cjs exists',
    },
  ],
];

const wrongOrder: Struggle[] = ORDERS.map(([name, needs, makes]) => ({
  kind: 'wrong order',
  name: `${name} is made after it is needed`,
  box: () => 'true',
  tries: () => [
    ['fails', needs],
    ['holds', makes],
    ['holds', idOf(needs)],
  ],
}));

/** The first version stops halfway and cannot run again; the second can. */
const HALVES: readonly (readonly [name: string, first: Draft, second: Draft])[] = [
  [
    'a folder that exists',
    {
      title: 'Set up the data',
      run: 'mkdir data\nset -e\ncat data/missing > data/seed',
      verify: 'file data/seed exists',
    },
    {
      title: 'Set up the data',
      run: 'mkdir -p data\necho seed > data/seed',
      verify: 'file data/seed exists',
    },
  ],
  [
    'a link that exists',
    {
      title: 'Link the release',
      run: 'set -e\nmkdir -p r1\nln -s r1 now\ntest -e now/ready',
      verify: 'file now/ready exists',
    },
    {
      title: 'Link the release',
      run: 'mkdir -p r1\nln -sfn r1 now\ntouch r1/ready',
      verify: 'file now/ready exists',
    },
  ],
  [
    'a line that is appended twice',
    {
      title: 'Register the host',
      run: 'set -e\necho app >> hosts\ntest -e registered',
      verify: 'file registered exists',
    },
    {
      title: 'Register the host',
      run: 'grep -qx app hosts 2>/dev/null || echo app >> hosts\ntouch registered',
      verify: ['file registered exists', 'file hosts contains "app"'],
    },
  ],
  [
    'a repository that is cloned',
    {
      title: 'Clone the source',
      run: 'set -e\ngit init -q origin\ngit clone -q origin src 2>/dev/null\ntest -e src/ready',
      verify: 'file src/ready exists',
    },
    {
      title: 'Clone the source',
      run: 'git init -q origin\ntest -d src || git clone -q origin src 2>/dev/null\ntouch src/ready',
      verify: 'file src/ready exists',
    },
  ],
  [
    'a file that is moved away',
    {
      title: 'Activate the settings',
      run: 'set -e\necho a > next\nmv next live\ntest -s live.sum',
      verify: 'file live.sum exists',
    },
    {
      title: 'Activate the settings',
      run: 'echo a > next\nmv next live\nsha256sum live > live.sum',
      verify: 'file live.sum exists',
    },
  ],
  [
    'an archive that is half unpacked',
    {
      title: 'Unpack the tool',
      run: 'set -e\nmkdir tool\necho "#!/bin/sh" > tool/run\n./tool/run',
      verify: shellCheck('test -x tool/run'),
    },
    {
      title: 'Unpack the tool',
      run: 'mkdir -p tool\necho "#!/bin/sh" > tool/run\nchmod +x tool/run',
      verify: shellCheck('test -x tool/run'),
    },
  ],
  [
    'a lock that is left',
    {
      title: 'Migrate',
      run: 'set -e\nmkdir migrate.lock\ncat migrations/1.sql\nrmdir migrate.lock',
      verify: 'file migrated exists',
    },
    {
      title: 'Migrate',
      run: 'rm -rf migrate.lock\nmkdir migrate.lock\ntouch migrated\nrmdir migrate.lock',
      verify: ['file migrated exists', 'not file migrate.lock exists'],
    },
  ],
  [
    'a venv without its packages',
    {
      title: 'Make the environment',
      run: 'set -e\nmkdir venv\ntouch venv/python\ncat requirements.lock',
      verify: 'file venv/packages exists',
    },
    {
      title: 'Make the environment',
      run: 'mkdir -p venv\ntouch venv/python venv/packages',
      verify: 'file venv/packages exists',
    },
  ],
];

const halfDone: Struggle[] = HALVES.map(([name, first, second]) => ({
  kind: 'half done',
  name,
  box: () => 'true',
  tries: () => [
    ['fails', first],
    ['fails', idOf(first)],
    ['holds', second],
  ],
}));

interface Obstacle {
  readonly name: string;
  /** Makes it on the box. */
  readonly box: string;
  /** A line of the step that fails because of it. */
  readonly line: string;
  readonly fix: Draft;
}

const OBSTACLES: readonly Obstacle[] = [
  {
    name: 'a lock of a dead instance',
    box: 'touch app.lock',
    line: 'test ! -e app.lock || { echo "app: another instance holds app.lock" >&2; exit 1; }',
    fix: { title: 'Remove the lock', run: 'rm -f app.lock', verify: 'not file app.lock exists' },
  },
  {
    name: 'a folder in place of a file',
    box: 'mkdir -p app.conf',
    line: 'echo a=1 > app.conf || exit 1',
    fix: { title: 'Remove the folder', run: 'rmdir app.conf', verify: shellCheck('! test -d app.conf') },
  },
  {
    name: 'an old settings file',
    box: 'echo mode=legacy > mode.conf',
    line: 'grep -q mode=legacy mode.conf 2>/dev/null && { echo "app: mode legacy is not supported any more" >&2; exit 1; }',
    fix: {
      title: 'Set the mode',
      run: 'echo mode=new > mode.conf',
      verify: 'not file mode.conf contains "legacy"',
    },
  },
  {
    name: 'a broken link',
    box: 'ln -sfn nowhere store',
    line: 'mkdir -p store/db || exit 1',
    fix: { title: 'Remove the link', run: 'rm -f store', verify: shellCheck('! test -L store') },
  },
];

const pairs = OBSTACLES.flatMap((one, index) => OBSTACLES.slice(index + 1).map((other) => [one, other]));
const combinations: readonly (readonly Obstacle[])[] = [...pairs, OBSTACLES.slice(0, 3), OBSTACLES];

const severalProblems: Struggle[] = combinations.map((obstacles) => ({
  kind: 'several problems',
  name: obstacles.map(({ name }) => name).join(', '),
  box: () => obstacles.map(({ box }) => box).join('\n'),
  tries: () => [
    ...obstacles.flatMap(
      ({ fix }, index): ReturnType<Struggle['tries']> => [
        ['fails', index === 0 ? start(obstacles) : 'start-the-app'],
        ['holds', fix],
      ],
    ),
    ['holds', 'start-the-app'],
  ],
}));

function start(obstacles: readonly Obstacle[]): Draft {
  const run = [...obstacles.map(({ line }) => line), 'touch app.up'].join('\n');
  return { title: 'Start the app', run, verify: 'file app.up exists' };
}

/** The same work under another title each time. */
const RENAMED: readonly (readonly [name: string, tries: readonly (readonly ['fails' | 'holds', Draft])[]])[] =
  [
    [
      'once',
      [
        ['fails', named('Build the site', 'cat src/index > site')],
        ['holds', named('Build the site again', 'echo index > site')],
      ],
    ],
    [
      'twice',
      [
        ['fails', named('Build', 'cat src/index > site')],
        ['fails', named('Build it', 'cat ./src/index > site')],
        ['holds', named('Build the site', 'echo index > site')],
      ],
    ],
    [
      'with a version',
      [
        ['fails', named('Build v1', 'make-site > site')],
        ['holds', named('Build v2', 'echo index > site')],
      ],
    ],
    [
      'to a fix',
      [
        ['fails', named('Copy the site', 'cp -r dist/site site')],
        ['holds', named('Fix the copy of the site', 'echo index > site')],
      ],
    ],
    [
      'back to the first',
      [
        ['fails', named('Publish', 'cp build/site site')],
        ['fails', named('Publish again', 'cp -f build/site site')],
        ['holds', named('Publish', 'echo index > site')],
      ],
    ],
    [
      'in another language',
      [
        ['fails', named('Seite bauen', 'cat quelle > site')],
        ['holds', named('Build the site', 'echo index > site')],
      ],
    ],
    [
      'with a success between',
      [
        ['fails', named('Build the site', 'cat src > site')],
        ['holds', { title: 'Write the source', run: 'echo index > src', verify: 'file src exists' }],
        ['holds', named('Build the site from its source', 'cat src > site')],
      ],
    ],
  ];

function named(title: string, run: string): Draft {
  return { title, run, verify: shellCheck('test -s site') };
}

const renamed: Struggle[] = RENAMED.map(([name, tries]) => ({
  kind: 'renamed',
  name,
  box: () => 'true',
  tries: () => tries,
}));

const idOf = ({ title }: Draft) => title.toLowerCase().replaceAll(' ', '-');

export const struggles: readonly Struggle[] = [
  ...sameProgram,
  ...wrongOrder,
  ...halfDone,
  ...severalProblems,
  ...renamed,
];
