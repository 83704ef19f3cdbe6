import type { PlanReport } from '../../model/plan.ts';
import type {
  ApproveReport,
  FactsReport,
  InitReport,
  LintReport,
  ReplayReport,
  ResumeReport,
  StatusReport,
  UndoReport,
  VerifyReport,
} from '../../model/report.ts';
import type { SubmitReport } from '../../model/submit-report.ts';
import type { Page } from './page.ts';

/** Text for a report: what stands on stdout, and diagnostics that belong on stderr are in it where they are its answer. */
type Renderer<Report> = (report: Report, page: Page, cwd: string) => string;

/** A renderer loads with its verb. The types are those that each operation declares as its output. */
interface Renderers {
  readonly replay: () => Promise<Renderer<ReplayReport>>;
  readonly plan: () => Promise<Renderer<PlanReport>>;
  readonly verify: () => Promise<Renderer<VerifyReport>>;
  readonly lint: () => Promise<Renderer<LintReport>>;
  readonly undo: () => Promise<Renderer<UndoReport>>;
  readonly approve: () => Promise<Renderer<ApproveReport>>;
  readonly resume: () => Promise<Renderer<ResumeReport>>;
  readonly init: () => Promise<Renderer<InitReport>>;
  readonly facts: () => Promise<Renderer<FactsReport>>;
  readonly status: () => Promise<Renderer<StatusReport>>;
  readonly submit: () => Promise<Renderer<SubmitReport>>;
}

const renderers: Renderers = {
  // The story has told the pass; only a dry run has something left to say.
  replay: async () => (await import('./dry-run.ts')).renderDryRun,
  plan: async () => (await import('./plan.ts')).renderPlan,
  verify: async () => (await import('./verify.ts')).renderVerify,
  lint: async () => (await import('./lint.ts')).renderLint,
  undo: async () => (await import('./undo.ts')).renderUndo,
  approve: async () => (await import('./approve.ts')).renderApprove,
  resume: async () => (await import('./resume.ts')).renderResume,
  init: async () => (await import('./init.ts')).renderInit,
  facts: async () => (await import('./facts.ts')).renderFacts,
  status: async () => (await import('./status.ts')).renderStatus,
  submit: async () => (await import('./submit.ts')).renderSubmit,
};

/** The answer of a verb as text. A verb without a renderer of its own answers in JSON. */
export async function renderReport(verb: string, report: unknown, page: Page, cwd: string): Promise<string> {
  const load = (renderers as unknown as Record<string, (() => Promise<Renderer<unknown>>) | undefined>)[verb];
  if (!load) return JSON.stringify(report, null, 2);
  return (await load())(report, page, cwd);
}
