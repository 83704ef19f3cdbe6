import type { PageReport } from '../../model/page.ts';
import { cleanLine } from './text/clean.ts';

/** `runbook page`: where the page is. */
export const renderPageWritten = ({ page, bytes }: PageReport): string =>
  `${cleanLine(page)} (${Math.ceil(bytes / 1024)} kB)`;
