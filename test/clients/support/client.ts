import { describe, inject } from 'vitest';
import { type ClientName, clientPackages } from './client-packages.ts';

/** Tests that need a real client. Where it cannot be had they are skipped, and the reason is in their name. */
export function describeClient(client: ClientName, tests: (program: string) => void): void {
  const { name, version } = clientPackages[client];
  const installed = inject('clients')[client];
  if ('program' in installed) describe(`${name} ${version}`, () => tests(installed.program));
  else describe.skip(`${name} ${version}: ${installed.missing}`, () => tests(''));
}
