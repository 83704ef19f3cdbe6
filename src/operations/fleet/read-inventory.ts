import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { nearest } from '../../base/nearest.ts';
import { parseInventory, type Target } from '../../fleet/inventory.ts';
import { type Diagnostic, EXIT, runbookError } from '../../model/diagnostic.ts';
import { describeType, isOfType } from '../../model/input-type.ts';
import { refusedName } from '../../model/refused-names.ts';
import type { Runbook } from '../../model/runbook.ts';
import { refuseErrors } from '../document/document.ts';
import { layersOf, type OpenedDocument } from '../document/opened-document.ts';
import type { OperationContext } from '../operation.ts';
import { type Prepared, prepare } from '../session/session.ts';

/** Larger than any inventory that a person maintains. */
const LARGEST_INVENTORY = 4 * 1024 * 1024;

/** The boxes of a fleet that replay one document. */
export interface FleetPart {
  readonly prepared: Prepared;
  readonly targets: readonly Target[];
}

/** A fleet: its boxes in the order of the inventory, and the documents that they replay. */
export interface Fleet {
  readonly targets: readonly Target[];
  readonly parts: readonly FleetPart[];
}

/**
 * Reads the boxes of a fleet, and validates their inputs. A box that names a site replays the document of that site, the others
 * the given one. If the given document is a site that the inventory names, the fleet is the boxes of that site.
 * @throws RunbookError 64 with every error in the inventory, each with its place
 */
export async function readFleet(context: OperationContext, prepared: Prepared, file: string): Promise<Fleet> {
  const { targets: all, diagnostics } = parseInventory(await inventoryText(context.world.cwd, file), file);
  refuseErrors(diagnostics, EXIT.usage);
  const byDocument = new Map<string, FleetPart>();
  const documents = new Map<string, Prepared>();
  for (const target of all) {
    const { site } = target;
    const known = site === undefined ? prepared : documents.get(site);
    const document = known ?? (await siteOf(context, prepared, file, target));
    if (site !== undefined) documents.set(site, document);
    const { path } = document.document;
    const part = byDocument.get(path) ?? { prepared: document, targets: [] };
    byDocument.set(path, { ...part, targets: [...part.targets, target] });
  }
  const own =
    documents.size > 0 && prepared.document.site ? byDocument.get(prepared.document.path) : undefined;
  const parts = own
    ? [{ ...own, targets: own.targets.filter(({ site }) => site !== undefined) }]
    : [...byDocument.values()];
  const chosen = new Set(parts.flatMap(({ targets }) => targets));
  const wrong = parts.flatMap(({ prepared: { runbook }, targets }) =>
    targets.map(async (each) => [...wrongInputs(each, runbook), ...(await wrongValues(each, runbook))]),
  );
  refuseErrors((await Promise.all(wrong)).flat(), EXIT.usage);
  return { targets: all.filter((each) => chosen.has(each)), parts };
}

/** The document of the site that a box names: one of the given document, so that nothing else runs. */
async function siteOf(
  context: OperationContext,
  { document }: Prepared,
  inventory: string,
  { site = '', place }: Target,
): Promise<Prepared> {
  const file = join(dirname(inventory), site);
  const prepared = await prepare(context, { file, loose: false });
  const outermost = (each: OpenedDocument) => layersOf(each).at(-1)!.path;
  if (prepared.document.site && outermost(prepared.document) === outermost(document)) return prepared;
  const message = `A box must name a site of ${document.file}. ${file} is not one.`;
  const remedy = 'Correct `site`, which is a path from the folder of the inventory.';
  throw runbookError({ code: 'not-a-site', message, remedy, place }, EXIT.usage);
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
