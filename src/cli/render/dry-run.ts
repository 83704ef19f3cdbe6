import type { FleetReport } from '../../model/fleet.ts';
import type { ReplayReport } from '../../model/report.ts';
import { renderPlan } from './plan.ts';
import type { Page } from './text/page.ts';

/** What `replay` prints at its end: nothing after a pass, whose story is told, and the plan after a dry run. */
export const renderDryRun = (report: ReplayReport | FleetReport, page: Page, cwd: string): string =>
  'plan' in report && report.plan ? renderPlan(report.plan, page, cwd) : '';

/** Whether a pass took place, and so was told as it happened. */
export const isPass = (report: unknown): report is ReplayReport | FleetReport =>
  typeof report === 'object' &&
  report !== null &&
  !('plan' in report && report.plan) &&
  'summary' in report &&
  typeof report.summary === 'object' &&
  report.summary !== null &&
  'outcome' in report.summary;
