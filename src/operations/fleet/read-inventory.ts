import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { nearest } from '../../base/nearest.ts';
import { type Inventory, parseInventory, type Target } from '../../fleet/inventory.ts';
import { type Diagnostic, EXIT, RunbookError } from '../../model/diagnostic.ts';
import { refusedName } from '../../model/refused-names.ts';
import type { Runbook } from '../../model/runbook.ts';
import { refuseErrors } from '../document/document.ts';

/** Larger than any list of boxes that a person keeps. */
const LARGEST_INVENTORY = 4 * 1024 * 1024;

/**
 * Reads the boxes that a runbook is for, and holds their inputs against those that it declares.
 * @throws RunbookError 64 with every mistake in the inventory at once, each with its place.
 */
export async function readInventory(cwd: string, file: string, runbook: Runbook): Promise<Inventory> {
  const inventory = parseInventory(await inventoryText(cwd, file), file);
  refuseErrors(
    [...inventory.diagnostics, ...inventory.targets.flatMap((target) => wrongInputs(target, runbook))],
    EXIT.usage,
  );
  return inventory;
}

async function inventoryText(cwd: string, file: string): Promise<string> {
  try {
    const bytes = await readFile(resolve(cwd, file));
    if (bytes.length > LARGEST_INVENTORY) throw new Error('it is larger than 4 MiB');
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const diagnostic: Diagnostic = {
      code: 'unreadable-inventory',
      severity: 'error',
      message: `The inventory ${file} cannot be read: ${(error as Error).message}.`,
      remedy: 'Name a YAML file with `targets:` (docs/fleets.md).',
    };
    throw new RunbookError([diagnostic], EXIT.usage);
  }
}

/** An inventory lies in git beside the runbook: no secret belongs there, and a misspelt name would change nothing. */
function wrongInputs({ inputs, place }: Target, runbook: Runbook): Diagnostic[] {
  const known = runbook.inputs.map((input) => input.name);
  return Object.keys(inputs).flatMap((name): Diagnostic[] => {
    const declared = runbook.inputs.find((input) => input.name === name);
    if (declared?.kind === 'variable' && !refusedName(name)) return [];
    const near = nearest(name, known);
    return [
      {
        code: declared?.kind === 'secret' ? 'secret-in-inventory' : 'unknown-input',
        severity: 'error',
        message:
          declared?.kind === 'secret'
            ? `${name} is a secret; an inventory is no place for it.`
            : `${runbook.file} declares no input ${name}.`,
        remedy:
          declared?.kind === 'secret'
            ? 'Give it by environment, .env or a command, and take it out of this file.'
            : near
              ? `Did you mean ${near}?`
              : 'Add it to the table under Inputs, or take it out here.',
        place,
      },
    ];
  });
}
