import type { PageReport } from '../../model/page.ts';
import type { HistoryReport, OutputReport } from '../../model/pass-record.ts';
import type { PlanReport } from '../../model/plan.ts';
import type { ChaosReport } from '../../model/reports/chaos.ts';
import type { DiffReport } from '../../model/reports/diff.ts';
import type { DoctorReport } from '../../model/reports/doctor.ts';
import type { DriftReport } from '../../model/reports/drift.ts';
import type { ExportReport } from '../../model/reports/export-report.ts';
import type { FleetReport } from '../../model/reports/fleet.ts';
import type { ParityReport } from '../../model/reports/parity.ts';
import type {
  ApprovalReport,
  ApprovalsReport,
  ApproveReport,
  BoxesReport,
  ExposeReport,
  FactsReport,
  GrantReport,
  InitReport,
  LintReport,
  LogsReport,
  OneBoxReport,
  ProveReport,
  RemovedBoxesReport,
  ReplayReport,
  ResumeReport,
  RevokedReport,
  StatusReport,
  SyncReport,
  UndoReport,
  VerifyReport,
} from '../../model/reports/report.ts';
import type {
  NotifyTestReport,
  ScheduleChangeReport,
  ScheduleListReport,
  ScheduleRunReport,
} from '../../model/reports/schedule-report.ts';
import type { SecretReport } from '../../model/reports/secret-report.ts';
import type { SubmitReport } from '../../model/reports/submit-report.ts';
import type { TelemetryReport } from '../../model/reports/telemetry-report.ts';
import type { renderDelivered } from './notify.ts';
import type { Page } from './text/page.ts';

/** Text of a report for stdout. Contains diagnostics if they are the result. */
type Renderer<Report> = (report: Report, page: Page, cwd: string) => string;

/** A renderer loads with its verb. The types are the outputs of the operations. */
interface Renderers {
  readonly replay: () => Promise<Renderer<ReplayReport | FleetReport>>;
  readonly plan: () => Promise<Renderer<PlanReport>>;
  readonly verify: () => Promise<Renderer<VerifyReport>>;
  readonly lint: () => Promise<Renderer<LintReport>>;
  readonly diff: () => Promise<Renderer<DiffReport>>;
  readonly doctor: () => Promise<Renderer<DoctorReport>>;
  readonly undo: () => Promise<Renderer<UndoReport>>;
  readonly approve: () => Promise<Renderer<ApproveReport>>;
  readonly resume: () => Promise<Renderer<ResumeReport>>;
  readonly init: () => Promise<Renderer<InitReport>>;
  readonly parity: () => Promise<Renderer<ParityReport>>;
  readonly drift: () => Promise<Renderer<DriftReport>>;
  readonly facts: () => Promise<Renderer<FactsReport>>;
  readonly status: () => Promise<Renderer<StatusReport>>;
  readonly page: () => Promise<Renderer<PageReport>>;
  readonly history: () => Promise<Renderer<HistoryReport>>;
  readonly logs: () => Promise<Renderer<OutputReport>>;
  readonly chaos: () => Promise<Renderer<ChaosReport>>;
  readonly submit: () => Promise<Renderer<SubmitReport>>;
  readonly export: () => Promise<Renderer<ExportReport>>;
  readonly prove: () => Promise<Renderer<ProveReport>>;
  readonly 'schedule list': () => Promise<Renderer<ScheduleListReport>>;
  readonly 'schedule install': () => Promise<Renderer<ScheduleChangeReport>>;
  readonly 'schedule remove': () => Promise<Renderer<ScheduleChangeReport>>;
  readonly 'schedule run': () => Promise<Renderer<ScheduleRunReport>>;
  readonly 'notify test': () => Promise<Renderer<NotifyTestReport>>;
  readonly 'notify deliver': () => Promise<Renderer<Parameters<typeof renderDelivered>[0]>>;
  readonly 'telemetry send': () => Promise<Renderer<TelemetryReport>>;
  readonly 'secret set': () => Promise<Renderer<SecretReport>>;
  readonly 'secret get': () => Promise<Renderer<SecretReport>>;
  readonly 'secret list': () => Promise<Renderer<SecretReport>>;
  readonly 'secret rotate': () => Promise<Renderer<SecretReport>>;
  readonly 'secret recipients': () => Promise<Renderer<SecretReport>>;
  readonly 'secret edit': () => Promise<Renderer<SecretReport>>;
  readonly 'secret remove': () => Promise<Renderer<SecretReport>>;
  readonly 'approvals list': () => Promise<Renderer<ApprovalsReport>>;
  readonly 'approvals show': () => Promise<Renderer<ApprovalReport>>;
  readonly 'approvals revoke': () => Promise<Renderer<RevokedReport>>;
  readonly 'box launch': () => Promise<Renderer<OneBoxReport>>;
  readonly 'box list': () => Promise<Renderer<BoxesReport>>;
  readonly 'box status': () => Promise<Renderer<OneBoxReport>>;
  readonly 'box stop': () => Promise<Renderer<OneBoxReport>>;
  readonly 'box restart': () => Promise<Renderer<OneBoxReport>>;
  readonly 'box destroy': () => Promise<Renderer<RemovedBoxesReport>>;
  readonly 'box prune': () => Promise<Renderer<RemovedBoxesReport>>;
  readonly 'box logs': () => Promise<Renderer<LogsReport>>;
  readonly 'box sync': () => Promise<Renderer<SyncReport>>;
  readonly 'box grant': () => Promise<Renderer<GrantReport>>;
  readonly 'box expose': () => Promise<Renderer<ExposeReport>>;
  readonly 'box unexpose': () => Promise<Renderer<ExposeReport>>;
}

const renderers: Renderers = {
  // The progress showed the pass; only a dry run has text left to print.
  replay: async () => (await import('./dry-run.ts')).renderDryRun,
  plan: async () => (await import('./plan.ts')).renderPlan,
  verify: async () => (await import('./verify.ts')).renderVerify,
  lint: async () => (await import('./lint.ts')).renderLint,
  diff: async () => (await import('./compare/diff.ts')).renderDiff,
  doctor: async () => (await import('./doctor.ts')).renderDoctor,
  undo: async () => (await import('./undo.ts')).renderUndo,
  approve: async () => (await import('./approve.ts')).renderApprove,
  resume: async () => (await import('./resume.ts')).renderResume,
  init: async () => (await import('./init.ts')).renderInit,
  parity: async () => (await import('./compare/parity.ts')).renderParity,
  drift: async () => (await import('./drift.ts')).renderDrift,
  facts: async () => (await import('./facts.ts')).renderFacts,
  status: async () => (await import('./status.ts')).renderStatus,
  page: async () => (await import('./page-written.ts')).renderPageWritten,
  history: async () => (await import('./history.ts')).renderHistory,
  logs: async () => (await import('./history.ts')).renderOutput,
  chaos: async () => (await import('./boxes/chaos.ts')).renderChaos,
  submit: async () => (await import('./submit.ts')).renderSubmit,
  export: async () => (await import('./export.ts')).renderExport,
  prove: async () => (await import('./boxes/prove.ts')).renderProve,
  'schedule list': async () => (await import('./schedule.ts')).renderScheduleList,
  'schedule install': async () => (await import('./schedule.ts')).renderScheduleChange,
  'schedule remove': async () => (await import('./schedule.ts')).renderScheduleChange,
  'schedule run': async () => (await import('./schedule.ts')).renderScheduleRun,
  'notify test': async () => (await import('./notify.ts')).renderNotifyTest,
  'notify deliver': async () => (await import('./notify.ts')).renderDelivered,
  'telemetry send': async () => (await import('./telemetry.ts')).renderTelemetry,
  'secret set': async () => (await import('./secret.ts')).renderSecret,
  'secret get': async () => (await import('./secret.ts')).renderSecret,
  'secret list': async () => (await import('./secret.ts')).renderSecret,
  'secret rotate': async () => (await import('./secret.ts')).renderSecret,
  'secret recipients': async () => (await import('./secret.ts')).renderSecret,
  'secret edit': async () => (await import('./secret.ts')).renderSecret,
  'secret remove': async () => (await import('./secret.ts')).renderSecret,
  'approvals list': async () => (await import('./approvals.ts')).renderApprovals,
  'approvals show': async () => (await import('./approvals.ts')).renderApproval,
  'approvals revoke': async () => (await import('./approvals.ts')).renderRevoked,
  'box launch': async () => (await import('./boxes/boxes.ts')).renderOneBox,
  'box list': async () => (await import('./boxes/boxes.ts')).renderBoxes,
  'box status': async () => (await import('./boxes/boxes.ts')).renderOneBox,
  'box stop': async () => (await import('./boxes/boxes.ts')).renderOneBox,
  'box restart': async () => (await import('./boxes/boxes.ts')).renderOneBox,
  'box destroy': async () => (await import('./boxes/boxes.ts')).renderRemoved,
  'box prune': async () => (await import('./boxes/boxes.ts')).renderRemoved,
  'box logs': async () => (await import('./boxes/box-content.ts')).renderLogs,
  'box sync': async () => (await import('./boxes/box-content.ts')).renderSync,
  'box grant': async () => (await import('./boxes/box-content.ts')).renderGrant,
  'box expose': async () => (await import('./boxes/boxes.ts')).renderExpose,
  'box unexpose': async () => (await import('./boxes/boxes.ts')).renderExpose,
};

/** The report of a verb as text. A verb without a renderer prints JSON. */
export async function renderReport(verb: string, report: unknown, page: Page, cwd: string): Promise<string> {
  const load = (renderers as unknown as Record<string, (() => Promise<Renderer<unknown>>) | undefined>)[verb];
  if (!load) return JSON.stringify(report, null, 2);
  return (await load())(report, page, cwd);
}
