import type { CheckResult, Failure, RunEvent, StepOutcome } from '../../src/model/outcome.ts';
import type { Place } from '../../src/model/place.ts';
import type { PlanReport } from '../../src/model/plan.ts';
import type {
  ApproveReport,
  FactsReport,
  InitReport,
  LintReport,
  ReplayReport,
  StatusReport,
  UndoReport,
  VerifyReport,
} from '../../src/model/reports/report.ts';

/** A document for the places below. */
export const document = `# Argo on k3s

## Steps

### Install k3s

\`\`\`bash {"name":"install-k3s"}
curl -sfL https://get.k3s.io | sh -
\`\`\`

### Start Caddy

\`\`\`bash {"name":"start-caddy"}
systemctl start caddy
\`\`\`

Verify:

\`\`\`check
port 443 owner caddy
\`\`\`
`;

export const at = (line: number, column = 1): Place => ({ file: 'AUTODOCK.md', line, column });

export const passed: CheckResult = {
  check: 'command k3s exists',
  kind: 'probe',
  verdict: 'pass',
  observed: '/usr/local/bin/k3s',
  expected: 'k3s on the PATH',
  class: 'found',
  place: at(7),
  waitedMs: 0,
};

export const missed: CheckResult = {
  check: 'port 443 owner caddy',
  kind: 'probe',
  verdict: 'fail',
  observed: 'owner traefik (pid 812)',
  expected: 'owner caddy',
  class: 'other-owner',
  place: at(20),
  waitedMs: 3000,
};

export const failure: Failure = {
  kind: 'exit',
  message: 'the fence ended with exit code 1',
  remedy: 'Free the port, then run the same command again.',
  place: at(13),
  exitCode: 1,
  outputTail:
    'Job for caddy.service failed.\n\u001b[31mlisten tcp :443: bind: address already in use\u001b[0m\n',
  checks: [missed],
  knownProblems: [
    {
      id: 'traefik-takes-the-ports',
      title: 'Traefik takes the ports that Caddy needs',
      place: at(24),
      fix: 'kubectl -n kube-system delete svc traefik',
      applied: true,
    },
  ],
};

export const outcomes = {
  acted: { kind: 'acted', reason: 'new', ms: 12_340, checks: [passed], fixes: [] },
  found: { kind: 'skipped', reason: 'found', ms: 3, checks: [passed], detail: 'port 443 owner caddy' },
  confirmed: { kind: 'skipped', reason: 'confirmed', ms: 1, checks: [], detail: '' },
  failed: { kind: 'failed', reason: 'edited', ms: 3100, failure, fixes: ['traefik-takes-the-ports'] },
  later: { kind: 'not-reached', because: 'start-caddy failed' },
} satisfies Record<string, StepOutcome>;

const steps = [
  { id: 'install-k3s', title: 'Install k3s', kind: 'step' },
  { id: 'registry', title: 'Registry credentials', kind: 'step' },
  { id: 'argo', title: 'Argo Workflows', kind: 'step' },
  { id: 'traefik-takes-the-ports', title: 'Traefik takes the ports that Caddy needs', kind: 'problem' },
  { id: 'start-caddy', title: 'Start Caddy', kind: 'step' },
  { id: 'webhook', title: 'Webhook', kind: 'step' },
] as const;

export const time = '2026-11-21T10:00:00.000Z';

const finished = (step: string, outcome: StepOutcome): RunEvent => ({
  type: 'step-finished',
  at: time,
  step,
  title: steps.find((each) => each.id === step)!.title,
  outcome,
});

export const summary: ReplayReport['summary'] = {
  outcome: 'failed',
  acted: 1,
  skipped: 2,
  failed: 1,
  person: 0,
  notReached: 1,
  fixes: 1,
  ms: 15_500,
  resumed: true,
};

export const next = 'runbook replay AUTODOCK.md goes on at start-caddy';

/** A pass that shows one of everything. */
export const story: readonly RunEvent[] = [
  {
    type: 'pass-started',
    at: time,
    pass: 'p1',
    file: 'AUTODOCK.md',
    name: 'Argo on k3s',
    box: 'local',
    resumed: true,
    steps,
  },
  {
    type: 'diagnostic',
    diagnostic: {
      code: 'port-taken',
      severity: 'warning',
      message: 'port 443 is taken by traefik',
      remedy: 'Nothing yet: a known problem frees it.',
    },
  },
  { type: 'step-started', at: time, step: 'install-k3s', title: 'Install k3s', reason: 'new' },
  { type: 'output', step: 'install-k3s', text: 'Download\u001b[1ming\u001b[0m 10%\rDownloading 100%\nInst' },
  { type: 'output', step: 'install-k3s', text: 'alled\tfine\n\u001b]0;title\u0007bell\u0007' },
  { type: 'check', step: 'install-k3s', phase: 'after', result: passed },
  finished('install-k3s', outcomes.acted),
  finished('registry', outcomes.confirmed),
  finished('argo', outcomes.found),
  { type: 'step-started', at: time, step: 'start-caddy', title: 'Start Caddy', reason: 'edited' },
  { type: 'output', step: 'start-caddy', text: failure.outputTail },
  {
    type: 'fix-started',
    step: 'start-caddy',
    problem: 'traefik-takes-the-ports',
    title: 'Traefik takes the ports that Caddy needs',
    how: 'reactive',
  },
  {
    type: 'fix-finished',
    step: 'start-caddy',
    problem: 'traefik-takes-the-ports',
    cleared: false,
    message: '',
  },
  { type: 'check', step: 'start-caddy', phase: 'after', result: missed },
  finished('start-caddy', outcomes.failed),
  finished('webhook', outcomes.later),
  { type: 'pass-finished', at: time, summary, next },
];

export const replayReport: ReplayReport = {
  file: 'AUTODOCK.md',
  name: 'Argo on k3s',
  box: 'local',
  summary,
  steps: [
    { id: 'install-k3s', title: 'Install k3s', outcome: outcomes.acted },
    { id: 'registry', title: 'Registry credentials', outcome: outcomes.confirmed },
    { id: 'argo', title: 'Argo Workflows', outcome: outcomes.found },
    { id: 'start-caddy', title: 'Start Caddy', outcome: outcomes.failed },
    { id: 'webhook', title: 'Webhook', outcome: outcomes.later },
  ],
  next,
};

const shell = {
  kind: 'shell',
  summary: 'bash: systemctl start caddy',
  text: 'systemctl start caddy\n',
  place: at(13),
} as const;

export const planReport: PlanReport = {
  file: 'AUTODOCK.md',
  name: 'Argo on k3s',
  box: 'local',
  resumed: true,
  steps: [
    {
      id: 'install-k3s',
      title: 'Install k3s',
      place: at(5),
      would: 'skip',
      reason: 'confirmed',
      detail: 'command k3s exists',
      checks: [passed],
      actions: [],
      needs: [],
    },
    {
      id: 'start-caddy',
      title: 'Start Caddy',
      place: at(11),
      would: 'act',
      reason: 'drifted',
      detail: 'port 443 owner caddy: owner traefik (pid 812)',
      checks: [missed],
      actions: [shell],
      needs: ['install-k3s'],
    },
    {
      id: 'webhook',
      title: 'Webhook',
      place: at(30),
      would: 'ask',
      reason: 'shell-checks',
      detail: 'its shell checks decide, and a plan runs no code',
      checks: [],
      actions: [shell],
      needs: ['start-caddy'],
    },
    {
      id: 'tunnel',
      title: 'Tunnel',
      place: at(40),
      would: 'person',
      reason: 'unknown-verdict',
      detail: 'its When could not be evaluated',
      checks: [],
      actions: [shell],
      needs: ['webhook'],
    },
  ],
  problems: [
    {
      id: 'traefik-takes-the-ports',
      title: 'Traefik takes the ports that Caddy needs',
      for: 'start-caddy',
      how: 'in-pass',
    },
    { id: 'image-pull', title: 'The image cannot be pulled', how: 'reactive' },
  ],
  inputs: [
    { name: 'DOMAIN', kind: 'variable', value: 'example.org', source: '--input', required: true },
    { name: 'REGISTRY_PASS', kind: 'secret', value: '***', source: 'environment', required: true },
    { name: 'REGISTRY_USER', kind: 'secret', source: 'missing', required: true },
    { name: 'MIRROR', kind: 'variable', source: 'missing', required: false },
  ],
  diagnostics: [
    {
      code: 'missing-input',
      severity: 'error',
      message: 'REGISTRY_USER has no value',
      remedy: 'Set it in the environment or in .env.',
      place: at(50),
    },
  ],
  summary: { act: 1, skip: 1, ask: 1, person: 1 },
};

export const verifyReport: VerifyReport = {
  file: 'AUTODOCK.md',
  box: 'local',
  steps: [
    { id: 'install-k3s', title: 'Install k3s', verdict: 'pass', checks: [passed] },
    { id: 'start-caddy', title: 'Start Caddy', verdict: 'fail', checks: [passed, missed] },
    { id: 'webhook', title: 'Webhook', verdict: 'no-checks', checks: [] },
    { id: 'tunnel', title: 'Tunnel', verdict: 'not-applicable', checks: [] },
    {
      id: 'dns',
      title: 'DNS',
      verdict: 'unknown',
      checks: [
        {
          ...missed,
          check: 'http GET https://example.org',
          verdict: 'unknown',
          observed: 'no route',
          expected: 'status 200-299',
        },
      ],
    },
  ],
  endpoints: [
    {
      name: 'Argo',
      target: 'http://127.0.0.1:2746',
      result: { ...passed, check: 'tcp 127.0.0.1:2746 open' },
    },
    { name: 'Webhook', target: '12000' },
  ],
  summary: { pass: 1, fail: 1, unknown: 1, noChecks: 1 },
};

export const lintReport: LintReport = {
  file: 'AUTODOCK.md',
  diagnostics: [
    {
      code: 'unknown-probe',
      severity: 'error',
      message: 'unknown probe `prot`',
      remedy: 'Did you mean `port`?',
      place: at(20),
    },
    {
      code: 'unpinned-url',
      severity: 'warning',
      message: 'what this address serves may change',
      remedy: 'Pin a version.',
      place: at(8, 11),
    },
  ],
  summary: { errors: 1, warnings: 1 },
};

export const undoReport: UndoReport = {
  file: 'AUTODOCK.md',
  box: 'local',
  undone: [{ id: 'webhook', title: 'Webhook', ms: 120 }],
  withoutUndo: ['registry'],
  failed: {
    id: 'start-caddy',
    title: 'Start Caddy',
    message: 'exit code 5',
    remedy: 'Fix it and run the same command again.',
    place: { file: 'AUTODOCK.md', line: 13, column: 1 },
    outputTail: 'Unit caddy.service not loaded.\n',
  },
};

export const approveReport: ApproveReport = {
  file: 'AUTODOCK.md',
  hash: 'a'.repeat(64),
  already: false,
  fences: 7,
  shellChecks: 1,
};

export const initReport: InitReport = {
  files: [
    { path: 'AUTODOCK.md', action: 'created' },
    { path: '.gitignore', action: 'changed' },
  ],
};

export const factsReport: FactsReport = {
  file: 'AUTODOCK.md',
  facts: [
    { name: 'egress_mbps', recorded: '2.1', measured: '8.4', unit: 'MB/s', verdict: 'changed', detail: '' },
    { name: 'cores', recorded: '2', measured: '2', unit: '', verdict: 'same', detail: '' },
    { name: 'disk', recorded: '', unit: 'GB', verdict: 'failed', detail: 'df: exit code 1' },
  ],
  written: false,
};

export const statusReport: StatusReport = {
  file: 'AUTODOCK.md',
  box: 'local',
  journal: '.runbook/journal.jsonl',
  steps: [
    { id: 'install-k3s', title: 'Install k3s', status: 'confirmed', at: time, lastHeld: time },
    { id: 'start-caddy', title: 'Start Caddy', status: 'failed', at: time },
    { id: 'webhook', title: 'Webhook', status: 'new' },
  ],
  problems: [
    { id: 'port-taken', title: 'Port 80 is taken', times: 3, last: time, old: false },
    { id: 'no-dns', title: 'No DNS', times: 0, old: true },
  ],
  pass: { id: 'p1', ended: true },
};
