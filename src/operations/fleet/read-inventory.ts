import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { nearest } from '../../base/nearest.ts';
import { type Inventory, parseInventory, type Target } from '../../fleet/inventory.ts';
import { type Diagnostic, EXIT, runbookError } from '../../model/diagnostic.ts';
import { describeType, isOfType } from '../../model/input-type.ts';
import { refusedName } from '../../model/refused-names.ts';
import type { Runbook } from '../../model/runbook.ts';
import { refuseErrors } from '../document/document.ts';

/** Larger than any inventory that a person maintains. */
const LARGEST_INVENTORY = 4 * 1024 * 1024;

/**
 * Reads the boxes of a fleet, and validates their inputs against the runbook's.
 * @throws RunbookError 64 with every error in the inventory, each with its place
 */
export async function readInventory(cwd: string, file: string, runbook: Runbook): Promise<Inventory> {
  const inventory = parseInventory(await inventoryText(cwd, file), file);
  refuseErrors(
    [
      ...inventory.diagnostics,
      ...inventory.targets.flatMap((target) => wrongInputs(target, runbook)),
      ...(await Promise.all(inventory.targets.map((target) => wrongValues(target, runbook)))).flat(),
    ],
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
    throw runbookError(
      {
        code: 'unreadable-inventory',
        message: `The inventory ${file} cannot be read: ${(error as Error).message}.`,
        remedy: 'Use a YAML file with `targets:` (docs/fleets.md).',
      },
      EXIT.usage,
    );
  }
}

/**
 * An inventory is in git next to the runbook, so it must contain no secret; and a misspelled name would have no effect.
 */
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
            ? `An inventory must not contain secrets, and ${name} is one.`
            : `${runbook.file} does not declare the input ${name}.`,
        remedy:
          declared?.kind === 'secret'
            ? 'Remove it from this file. Pass it by environment, .env or a command.'
            : near
              ? `Did you mean ${near}?`
              : 'Add it to the table under Inputs, or remove it here.',
        place,
      },
    ];
  });
}

async function wrongValues({ inputs, place }: Target, runbook: Runbook): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const { name, kind, type } of runbook.inputs) {
    const value = inputs[name];
    if (value === undefined || kind === 'secret' || !type || (await isOfType(type, value))) continue;
    const message = `The value of ${name} must be ${describeType(type)}. Found ${JSON.stringify(value)}.`;
    const remedy = 'Correct it in the inventory.';
    found.push({ code: 'bad-value', severity: 'error', message, remedy, place });
  }
  return found;
}
