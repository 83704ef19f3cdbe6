import { nearest } from '../base/nearest.ts';
import { textOrder } from '../base/text-order.ts';
import { EXIT } from '../model/diagnostic.ts';
import { boxError } from './box-errors.ts';
import { refuseBadName } from './box-name.ts';
import { call, errorText } from './call.ts';
import { type EngineProgram, findEngine } from './engine.ts';
import { BOX_LABEL, type BoxLabels, readLabels } from './labels.ts';

/** A port of a box, and the port of 127.0.0.1 where this host reaches it; without one it is not published. */
interface BoxPort {
  readonly inside: number;
  readonly host?: number;
}

/** A box that `box launch` or `prove` made, as the engine knows it now. */
export interface LaunchedBox extends BoxLabels {
  readonly engine: EngineProgram;
  /** The container's id, 64 hexadecimal digits: the identity of the box. */
  readonly container: string;
  /** half-made: the launch was cut off before it started. */
  readonly status: 'running' | 'stopped' | 'half-made';
  /** The image's id, `sha256:…`. */
  readonly imageId: string;
  readonly ports: readonly BoxPort[];
  /** Its address on the engine's network, while it runs on one of its own. */
  readonly address?: string;
  /** It has the host's own network: its ports are the host's. */
  readonly onHostNetwork: boolean;
}

/** Every box of this host's engine, by name. @throws RunbookError 3 where there is no engine */
export async function listBoxes(): Promise<LaunchedBox[]> {
  const engine = await findEngine();
  const said = await call(engine, [
    ...['ps', '--all', '--no-trunc', '--filter'],
    `label=${BOX_LABEL}`,
    '--format',
    '{{.ID}}',
  ]);
  if (said.code !== 0) throw unanswered(engine, errorText(said));
  const boxes = await inspect(engine, said.stdout.split('\n').filter(Boolean));
  return boxes.sort((a, b) => textOrder(a.name, b.name));
}

/** The box of this name; undefined: there is none. @throws RunbookError 3 where there is no engine, 64 for a bad name */
export async function findBox(name: string): Promise<LaunchedBox | undefined> {
  refuseBadName(name);
  return (await listBoxes()).find((box) => box.name === name);
}

/** The same, where there has to be one. @throws RunbookError 64 with the nearest name where there is none */
export async function requireBox(name: string): Promise<LaunchedBox> {
  refuseBadName(name);
  const boxes = await listBoxes();
  const box = boxes.find((each) => each.name === name);
  if (box) return box;
  const names = boxes.map((each) => each.name);
  const near = nearest(name, names);
  throw boxError(
    'unknown-box',
    `There is no box ${name} here.`,
    near
      ? `Did you mean ${near}?`
      : names.length > 0
        ? `There are: ${names.slice(0, 12).join(', ')}.`
        : `Launch it: runbook box launch ${name}.`,
    { exit: EXIT.usage },
  );
}

/** As much of the engines' `inspect` as is used; both write it alike. */
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

/** One that is removed meanwhile is left out: the engine then fails, and yet prints the others. */
async function inspect(engine: EngineProgram, ids: readonly string[]): Promise<LaunchedBox[]> {
  if (ids.length === 0) return [];
  const said = await call(engine, ['container', 'inspect', ...ids]);
  return inspected(engine, said.stdout, errorText(said)).flatMap((each) => boxOf(engine, each) ?? []);
}

function inspected(engine: EngineProgram, json: string, said: string): Inspected[] {
  try {
    return JSON.parse(json) as Inspected[];
  } catch {
    throw unanswered(engine, said);
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

function unanswered(engine: EngineProgram, cause: string): Error {
  return boxError('engine-failed', `${engine} does not answer: ${cause}.`, `Try \`${engine} ps --all\`.`);
}
