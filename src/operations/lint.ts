import { z } from 'zod';
import { EXIT } from '../model/diagnostic.ts';
import type { LintReport } from '../model/reports/report.ts';
import { buildPlan } from '../plan/build.ts';
import { lintRunbook } from '../plan/lint.ts';
import { staleCertificate } from '../plan/stale-certificate.ts';
import { certificateHashOf } from './document/certificate.ts';
import { readDocument } from './document/document.ts';
import { defineOperation } from './operation.ts';
import { trackedSecrets } from './secret/tracked-env.ts';
import { looseDocument } from './session/session.ts';
import { fileFlag } from './session/session-flags.ts';

const input = z.object({
  ...fileFlag,
  loose: z.boolean().default(false).describe('use the shell fences of an ordinary markdown file as steps'),
  strict: z.boolean().default(false).describe('also fail on warnings (exit 65)'),
});

/** Reports errors and risks of a document, without using any box. */
export const lint = defineOperation({
  description:
    'A replay rejects a document with errors. Warnings are risks: no Verify, no Why, moving tags,\n' +
    'sleeps, unpinned URLs, plaintext secrets, unreachable needs, a stale certificate. All rules are in docs/lint.md.',
  examples: ['runbook lint', 'runbook lint --strict AUTODOCK.md'],
  input,
  run: async ({ world }, flags): Promise<LintReport & { strict: boolean }> => {
    const document = await readDocument(world.cwd, flags.file, { loose: flags.loose });
    const { runbook } = document;
    const errors = runbook.diagnostics.some((each) => each.severity === 'error');
    const planned = errors ? [] : buildPlan(runbook).diagnostics;
    const notRunbook = runbook.kind === 'loose' && !flags.loose ? [looseDocument(runbook.file)] : [];
    // If a check cannot be parsed, "no Verify" would be wrong.
    const rules = lintRunbook(runbook).filter(({ code }) => !errors || code !== 'no-verify');
    const stale =
      runbook.certificate &&
      staleCertificate(runbook, document.source.text, await certificateHashOf(document));
    const diagnostics = [
      ...notRunbook,
      ...runbook.diagnostics,
      ...planned,
      ...rules,
      ...(stale ? [stale] : []),
      ...(await trackedSecrets(document)),
    ];
    const count = (severity: string) => diagnostics.filter((each) => each.severity === severity).length;
    return {
      file: flags.file,
      diagnostics,
      summary: { errors: count('error'), warnings: count('warning') },
      strict: flags.strict,
    };
  },
  exit: ({ summary, strict }) =>
    summary.errors > 0 || (strict && summary.warnings > 0) ? EXIT.document : EXIT.done,
});
