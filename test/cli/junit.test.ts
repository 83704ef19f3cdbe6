import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { junitReport } from '../../src/cli/junit.ts';
import { call, freshFolder } from './call.ts';
import * as samples from './samples.ts';

test('writes one case per step with its outcome', () => {
  expect(junitReport(samples.replayReport)).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="runbook" tests="5" failures="1" errors="0" skipped="3" time="15.500">
      <testsuite name="Argo on k3s" hostname="local" file="AUTODOCK.md" tests="5" failures="1" errors="0" skipped="3" time="15.500">
        <testcase classname="Argo on k3s" name="install-k3s: Install k3s" time="12.340"/>
        <testcase classname="Argo on k3s" name="registry: Registry credentials" time="0.001">
          <skipped message="confirmed before"/>
        </testcase>
        <testcase classname="Argo on k3s" name="argo: Argo Workflows" time="0.003">
          <skipped message="found so: port 443 owner caddy"/>
        </testcase>
        <testcase classname="Argo on k3s" name="start-caddy: Start Caddy" time="3.100">
          <failure type="exit" message="the fence ended with exit code 1">AUTODOCK.md:13:1: the fence ended with exit code 1
    fail: port 443 owner caddy: expected owner caddy, observed owner traefik (pid 812)
    Free the port, then run the same command again.
    Job for caddy.service failed.
    listen tcp :443: bind: address already in use
    </failure>
        </testcase>
        <testcase classname="Argo on k3s" name="webhook: Webhook" time="0.000">
          <skipped message="start-caddy failed"/>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `);
});

test('writes well-formed XML 1.0 for any output', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom(']]>', '<![CDATA[', '&', '"', '\u0000', '\u001b[1m', '\ud800', '\ufffe', '\n'),
      fc.string({ unit: 'binary', maxLength: 2 }),
    ),
  });
  fc.assert(
    fc.property(text, text, (output, title) => {
      const xml = junitReport({
        ...samples.replayReport,
        steps: [
          {
            id: 'a',
            title,
            outcome: { ...samples.outcomes.failed, failure: { ...samples.failure, outputTail: output } },
          },
        ],
      });
      // Char of XML 1.0, and no markup but our own eight elements.
      expect(xml).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
      expect(xml.match(/<(?!\?xml |\/?testsuites?[ >]|\/?testcase[ >]|\/?failure[ >])/g)).toBeNull();
      expect(xml.match(/&(?!#\d+;)/g)).toBeNull();
    }),
  );
});

test('--report writes the file during the pass and leaves no temporary file', async () => {
  const cwd = freshFolder();
  const { code } = await call(['replay', '--report', 'junit.xml'], {}, { cwd });
  expect(code).toBe(1);
  expect(readdirSync(cwd).sort()).toEqual(['AUTODOCK.md', 'junit.xml']);
  expect(readFileSync(join(cwd, 'junit.xml'), 'utf8')).toBe(junitReport(samples.replayReport));
});
