import type { FleetReport } from '../../model/reports/fleet.ts';
import type { ReplayReport } from '../../model/reports/report.ts';
import { renderPlan } from './plan.ts';
import type { Page } from './text/page.ts';

/** The output of `replay`: nothing after a pass, whose progress was shown, and the plan after a dry run. */
export const renderDryRun = (report: ReplayReport | FleetReport, page: Page, cwd: string): string =>
  'plan' in report && report.plan ? renderPlan(report.plan, page, cwd) : '';

/** Whether a pass ran, so that its progress was shown. */
export const isPass = (report: unknown): report is ReplayReport | FleetReport =>
  typeof report === 'object' &&
  report !== null &&
  !('plan' in report && report.plan) &&
  'summary' in report &&
  typeof report.summary === 'object' &&
  report.summary !== null &&
  'outcome' in report.summary;
