import { expect, test } from 'vitest';
import { renderReport } from '../../../src/cli/render/reports.ts';
import { renderSummary } from '../../../src/cli/render/summary.ts';
import { plainPage } from '../../../src/cli/render/text/page.ts';
import { call, freshFolder } from '../call.ts';
import * as samples from '../samples.ts';

const text = (verb: string, report: unknown, page = plainPage) =>
  renderReport(verb, report, page, freshFolder());

test('a pass in a pipe', async () => {
  expect((await call(['replay'])).stdout).toMatchInlineSnapshot(`
    "Argo on k3s on local: 5 steps, continuing the last pass
    warning[port-taken]: port 443 is taken by traefik
      remedy: Nothing yet: a known problem frees it.
    run    install-k3s          new here
    ok     install-k3s   12.3s  acted
    skip   registry        1ms  confirmed before
    skip   argo            3ms  found so: port 443 owner caddy
    run    start-caddy          edited since
    fix    start-caddy          traefik-takes-the-ports: Traefik takes the ports that Caddy needs
    fix    start-caddy          traefik-takes-the-ports: not cleared
    fail   start-caddy    3.1s  the fence ended with exit code 1

      AUTODOCK.md:13:1
        13 | \`\`\`bash {"name":"start-caddy"}
           | ^

      output
      | Job for caddy.service failed.
      | listen tcp :443: bind: address already in use

      checks
      fail     port 443 owner caddy
               expected  owner caddy
               observed  owner traefik (pid 812)

      known problem  Traefik takes the ports that Caddy needs (AUTODOCK.md:24:1)
        applied, without success: kubectl -n kube-system delete svc traefik

      remedy  Free the port, then run the same command again.

    later  webhook              start-caddy failed
    failed: 1 acted, 2 skipped, 1 failed, 1 not reached, 1 fix applied in 15.5s
      skipped  1 confirmed before, 1 found so
      failed   start-caddy  AUTODOCK.md:13:1
      next     runbook replay AUTODOCK.md goes on at start-caddy
    "
  `);
});

test('a step that needs a person is not reported as failed', () => {
  const waiting = { ...samples.summary, outcome: 'person', failed: 0, person: 1, fixes: 0 } as const;
  expect(renderSummary(waiting, [], { next: 'on a terminal' }, plainPage)).toBe(
    'a person is needed: 1 acted, 2 skipped, 1 needs a person, 1 not reached in 15.5s\n  next  on a terminal',
  );
});

test('plan', async () => {
  expect(await text('plan', samples.planReport)).toMatchInlineSnapshot(`
    "Argo on k3s on local: 4 steps, continuing the last pass

      skip    install-k3s  confirmed before: command k3s exists
      act     start-caddy  drifted: port 443 owner caddy: owner traefik (pid 812)
                           shell  bash: systemctl start caddy
      ask     webhook      its shell checks decide, and a plan runs no code
                           shell  bash: systemctl start caddy
      person  tunnel       its When could not be evaluated
                           shell  bash: systemctl start caddy

    known problems
      traefik-takes-the-ports  checked in the pass, for start-caddy
      image-pull               if its symptom appears

    inputs
      DOMAIN         example.org  from --input
      REGISTRY_PASS  ***          from environment
      REGISTRY_USER  missing      secret
      MIRROR         missing      optional

    AUTODOCK.md:50:1: error[missing-input]: REGISTRY_USER has no value
      remedy: Set it in the environment or in .env.

    would: 1 act, 1 skip, 1 known only in the pass, 1 needs a person"
  `);
});

test('a dry run is rendered like a plan; a pass was already printed', async () => {
  expect(await text('replay', { ...samples.replayReport, plan: samples.planReport })).toBe(
    await text('plan', samples.planReport),
  );
  expect(await text('replay', samples.replayReport)).toBe('');
});

test('plan with --verbose shows every fence and check', async () => {
  expect(await text('plan', samples.planReport, { ...plainPage, verbose: true })).toContain(
    'pass  command k3s exists',
  );
});

test('verify', async () => {
  expect(await text('verify', samples.verifyReport)).toMatchInlineSnapshot(`
    "  pass     install-k3s  1 check
      fail     start-caddy  1 of 2 checks
          fail     port 443 owner caddy
                   expected  owner caddy
                   observed  owner traefik (pid 812)
      none     webhook      no checks: only the journal knows
      n/a      tunnel       its When does not hold
      unknown  dns          0 of 1 check
          unknown  http GET https://example.org
                   expected  status 200-299
                   observed  no route

    endpoints
      pass  Argo     http://127.0.0.1:2746
      none  Webhook  12000

    differs: 1 pass, 1 fail, 1 unknown, 1 without checks on local"
  `);
});

test('lint', async () => {
  expect(await text('lint', samples.lintReport)).toMatchInlineSnapshot(`
    "AUTODOCK.md:8:11: warning[unpinned-url]: what this address serves may change
      8 | curl -sfL https://get.k3s.io | sh -
        |           ^
      remedy: Pin a version.
    AUTODOCK.md:20:1: error[unknown-probe]: unknown probe \`prot\`
      20 | port 443 owner caddy
         | ^
      remedy: Did you mean \`port\`?

    not valid: 1 error, 1 warning in AUTODOCK.md"
  `);
});

test('undo', async () => {
  expect(await text('undo', samples.undoReport)).toMatchInlineSnapshot(`
    "  undone  webhook       120ms  Webhook
      stays   registry             it has no Undo
      fail    start-caddy          exit code 5

      AUTODOCK.md:13:1
        13 | \`\`\`bash {"name":"start-caddy"}
           | ^

      output
      | Unit caddy.service not loaded.

      remedy  Fix it and run the same command again.

    stopped: 1 step undone; the same command continues"
  `);
});

test('facts', async () => {
  expect(await text('facts', samples.factsReport)).toMatchInlineSnapshot(`
    "  changed  egress_mbps  2.1 MB/s -> 8.4 MB/s
      same     cores        2
      failed   disk         (none) GB             df: exit code 1

    3 facts: 1 changed, 1 could not be measured"
  `);
});

test('status', async () => {
  expect(await text('status', samples.statusReport)).toMatchInlineSnapshot(`
    "  confirmed  install-k3s  held 2026-11-21 10:00  Install k3s
      failed     start-caddy  2026-11-21 10:00       Start Caddy
      new        webhook                             Webhook

    recorded fixes
           port-taken  fired 3 times, last on 2026-11-21  Port 80 is taken
      old  no-dns      has not fired                      No DNS

    1 of 3 steps confirmed on local; the last pass was completed
    .runbook/journal.jsonl"
  `);
});

test('approve and init', async () => {
  expect(await text('approve', samples.approveReport)).toMatchInlineSnapshot(
    `"approved: AUTODOCK.md, 7 fences and 1 shell check, in its current version (aaaaaaaaaaaa)"`,
  );
  expect(await text('init', samples.initReport)).toMatchInlineSnapshot(`
    "created  AUTODOCK.md
    changed  .gitignore"
  `);
});

test('fits every table line into a narrow terminal', async () => {
  const page = { ...plainPage, width: 40, terminal: true };
  for (const [verb, report] of [
    ['plan', samples.planReport],
    ['status', samples.statusReport],
    ['facts', samples.factsReport],
  ] as const) {
    const tables = (await text(verb, report, page))
      .split('\n')
      .filter((line) => line.startsWith('  ') && !line.includes('remedy'));
    for (const line of tables) expect(line.length).toBeLessThanOrEqual(40);
  }
});

test('at 80 columns a long id stays whole, and what is said of it follows on the next line', async () => {
  const id = 'install-the-ingress-controller-and-wait-for-its-load-balancer';
  const page = { ...plainPage, width: 80, terminal: true };
  const step = { id, title: 'Install the ingress controller' };
  const status = {
    ...samples.statusReport,
    steps: [...samples.statusReport.steps, { ...step, status: 'failed' as const, at: samples.time }],
  };
  expect(await text('status', status, page)).toMatchInlineSnapshot(`
    "  confirmed  install-k3s  held 2026-11-21 10:00  Install k3s
      failed     start-caddy  2026-11-21 10:00       Start Caddy
      new        webhook                             Webhook
      failed     install-the-ingress-controller-and-wait-for-its-load-balancer
                              2026-11-21 10:00       Install the ingress controller

    recorded fixes
           port-taken  fired 3 times, last on 2026-11-21  Port 80 is taken
      old  no-dns      has not fired                      No DNS

    1 of 4 steps confirmed on local; the last pass was completed
    .runbook/journal.jsonl"
  `);
  const verify = {
    ...samples.verifyReport,
    steps: [...samples.verifyReport.steps, { ...step, verdict: 'no-checks' as const, checks: [] }],
  };
  expect(await text('verify', verify, page)).toMatchInlineSnapshot(`
    "  pass     install-k3s  1 check
      fail     start-caddy  1 of 2 checks
          fail     port 443 owner caddy
                   expected  owner caddy
                   observed  owner traefik (pid 812)
      none     webhook      no checks: only the journal knows
      n/a      tunnel       its When does not hold
      unknown  dns          0 of 1 check
          unknown  http GET https://example.org
                   expected  status 200-299
                   observed  no route
      none     install-the-ingress-controller-and-wait-for-its-load-balancer
                            no checks: only the journal knows

    endpoints
      pass  Argo     http://127.0.0.1:2746
      none  Webhook  12000

    differs: 1 pass, 1 fail, 1 unknown, 1 without checks on local"
  `);
  const plan = {
    ...samples.planReport,
    steps: [...samples.planReport.steps, { ...samples.planReport.steps[0]!, ...step }],
  };
  expect(await text('plan', plan, page)).toMatchInlineSnapshot(`
    "Argo on k3s on local: 5 steps, continuing the last pass

      skip    install-k3s  confirmed before: command k3s exists
      act     start-caddy  drifted: port 443 owner caddy: owner traefik (pid 812)
                           shell  bash: systemctl start caddy
      ask     webhook      its shell checks decide, and a plan runs no code
                           shell  bash: systemctl start caddy
      person  tunnel       its When could not be evaluated
                           shell  bash: systemctl start caddy
      skip    install-the-ingress-controller-and-wait-for-its-load-balancer
                           confirmed before: command k3s exists

    known problems
      traefik-takes-the-ports  checked in the pass, for start-caddy
      image-pull               if its symptom appears

    inputs
      DOMAIN         example.org  from --input
      REGISTRY_PASS  ***          from environment
      REGISTRY_USER  missing      secret
      MIRROR         missing      optional

    AUTODOCK.md:50:1: error[missing-input]: REGISTRY_USER has no value
      remedy: Set it in the environment or in .env.

    would: 1 act, 1 skip, 1 known only in the pass, 1 needs a person"
  `);
});

test('prints JSON for a verb without a renderer', async () => {
  expect(await text('mystery', { a: 1 })).toBe('{\n  "a": 1\n}');
});
