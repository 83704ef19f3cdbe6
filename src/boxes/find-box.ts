import { nearest } from '../base/nearest.ts';
import { textOrder } from '../base/text-order.ts';
import { EXIT } from '../model/diagnostic.ts';
import { errorText, runProgram } from '../program/run-program.ts';
import { boxError } from './box-errors.ts';
import { refuseBadName } from './box-name.ts';
import { type EngineProgram, findEngine } from './engine.ts';
import { BOX_LABEL, type BoxLabels, readLabels } from './labels.ts';

/** A port of a box, and the port of 127.0.0.1 where this host reaches it, if it is published. */
interface BoxPort {
  readonly inside: number;
  readonly host?: number;
}

/** A box that `box launch` or `prove` created, in the state that the engine reports. */
export interface LaunchedBox extends BoxLabels {
  readonly engine: EngineProgram;
  /** The container's id, 64 hexadecimal digits; it identifies the box. */
  readonly container: string;
  /** half-made: the launch was interrupted before the box started. */
  readonly status: 'running' | 'stopped' | 'half-made';
  /** The image's id, `sha256:…`. */
  readonly imageId: string;
  readonly ports: readonly BoxPort[];
  /** Its address on the engine's network, while it runs on its own network. */
  readonly address?: string;
  /** It uses the host's network: its ports are the host's. */
  readonly onHostNetwork: boolean;
}

/** Every box of this host's engine, by name. @throws RunbookError 3 without an engine */
export async function listBoxes(): Promise<LaunchedBox[]> {
  const engine = await findEngine();
  const result = await runProgram([
    engine,
    ...['ps', '--all', '--no-trunc', '--filter'],
    `label=${BOX_LABEL}`,
    '--format',
    '{{.ID}}',
  ]);
  if (result.code !== 0) throw engineFailed(engine, errorText(result));
  const boxes = await inspect(engine, result.stdout.split('\n').filter(Boolean));
  return boxes.sort((a, b) => textOrder(a.name, b.name));
}

/**
 * The box with this name; undefined if it does not exist. @throws RunbookError 3 without an engine, 64 for an invalid
 * name
 */
export async function findBox(name: string): Promise<LaunchedBox | undefined> {
  refuseBadName(name);
  return (await listBoxes()).find((box) => box.name === name);
}

/** The same, for a box that must exist. @throws RunbookError 64 with the nearest name */
export async function requireBox(name: string): Promise<LaunchedBox> {
  refuseBadName(name);
  const boxes = await listBoxes();
  const box = boxes.find((each) => each.name === name);
  if (box) return box;
  const names = boxes.map((each) => each.name);
  const near = nearest(name, names);
  throw boxError(
    'unknown-box',
    `The box ${name} does not exist on this host.`,
    near
      ? `Did you mean ${near}?`
      : names.length > 0
        ? `Existing boxes: ${names.slice(0, 12).join(', ')}.`
        : `Launch it with: runbook box launch ${name}`,
    { exit: EXIT.usage },
  );
}

/** The fields of the engines' `inspect` that are used; both use the same format. */
interface Inspected {
  readonly Id: string;
  readonly Image: string;
  readonly State: { readonly Status: string };
  readonly Config: { readonly Labels: Record<string, string> | null };
  readonly HostConfig: { readonly NetworkMode: string };
  readonly NetworkSettings: {
    readonly Ports: Record<string, readonly { readonly HostPort: string }[] | null> | null;
    readonly Networks?: Record<string, { readonly IPAddress: string }> | null;
  };
}

/** Omits a box that is removed meanwhile: the engine then fails, but prints the others. */
async function inspect(engine: EngineProgram, ids: readonly string[]): Promise<LaunchedBox[]> {
  if (ids.length === 0) return [];
  const result = await runProgram([engine, 'container', 'inspect', ...ids]);
  return inspected(engine, result.stdout, errorText(result)).flatMap((each) => boxOf(engine, each) ?? []);
}

function inspected(engine: EngineProgram, json: string, result: string): Inspected[] {
  try {
    return JSON.parse(json) as Inspected[];
  } catch {
    throw engineFailed(engine, result);
  }
}

function boxOf(engine: EngineProgram, it: Inspected): LaunchedBox | undefined {
  const labels = readLabels(it.Config.Labels);
  if (!labels) return undefined;
  const address = Object.values(it.NetworkSettings.Networks ?? {}).find((each) => each.IPAddress)?.IPAddress;
  return {
    ...labels,
    engine,
    container: it.Id,
    status: statusOf(it.State.Status),
    imageId: it.Image.startsWith('sha256:') ? it.Image : `sha256:${it.Image}`,
    ports: Object.entries(it.NetworkSettings.Ports ?? {}).map(([inside, at]) =>
      portOf(inside, at?.[0]?.HostPort),
    ),
    ...(address ? { address } : {}),
    onHostNetwork: it.HostConfig.NetworkMode === 'host',
  };
}

function portOf(inside: string, host: string | undefined): BoxPort {
  return { inside: Number.parseInt(inside, 10), ...(host ? { host: Number(host) } : {}) };
}

function statusOf(status: string): LaunchedBox['status'] {
  if (status === 'running') return 'running';
  return ['created', 'configured', 'initialized'].includes(status) ? 'half-made' : 'stopped';
}

function engineFailed(engine: EngineProgram, cause: string): Error {
  return boxError(
    'engine-failed',
    `${engine} failed: ${cause}.`,
    `Run \`${engine} ps --all\` to see its error.`,
  );
}
