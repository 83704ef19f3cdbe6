import {
  amountOf,
  resourceOf,
  type ScriptWait,
  type Size,
  type WaitRole,
  waitedByTries,
  waitRole,
  waitValue,
} from './knobs.ts';
import type { TreeForm } from './tree-form.ts';

/** Receives what is removed from a text. */
export interface StrippedText {
  readonly waits: ScriptWait[];
  readonly sizes: Size[];
}

const CALL = /\b(time\.sleep|asyncio\.sleep|Thread\.sleep|usleep|sleep)\(\s*(\d+(?:\.\d+)?)\s*\)/g;
const SET_TIMEOUT = /\bset(?:Timeout|Interval)\((.*?),\s*(\d+)\s*\)/gs;
const PAIR =
  /(?<![\w.-])(?:--?)?(["']?)([A-Za-z][\w.-]*)\1(\s*[:=]\s*)(["']?)(\d+(?:\.\d+)?(?:[a-zA-Z]{1,3}|%)?)\4(?![\w.])/g;

/** Removes the values of `key: value`, `key=value` and known calls from a text. */
export function stripText(text: string, found: StrippedText): string {
  return text
    .replace(CALL, (_, call: string, value: string) => {
      const unit = call === 'usleep' ? 1e-3 : call === 'Thread.sleep' ? 1 : 1000;
      found.waits.push({ kind: 'delay', slot: 'sleep', ms: Number(value) * unit, where: 'tree' });
      return `${call}()`;
    })
    .replace(SET_TIMEOUT, (_, what: string, value: string) => {
      found.waits.push({ kind: 'delay', slot: 'sleep', ms: Number(value), where: 'tree' });
      return `setTimeout(${what})`;
    })
    .replace(PAIR, (whole: string, _q: string, key: string, middle: string, _v: string, value: string) =>
      takePair(key, value, found) ? `${key}${middle.trim()}` : whole,
    );
}

function takePair(path: string, value: string, found: StrippedText): boolean {
  const key = path.split('.').at(-1)!;
  const role = waitRole(key);
  const amount = role && waitValue(role, key, value);
  if (role && amount !== undefined) {
    found.waits.push({
      kind: role === 'deadline' ? role : 'delay',
      slot: key,
      ms: waited(role, amount),
      where: 'tree',
    });
    return true;
  }
  const resource = resourceOf(key);
  const size = resource && amountOf(resource, value);
  if (!resource || size === undefined) return false;
  found.sizes.push({ resource, slot: path, amount: size, isLimit: true });
  return true;
}

function waited(role: WaitRole, amount: number): number {
  return role === 'count' ? waitedByTries(amount, undefined) : amount;
}

/** The form of text in a language without a parser: without blank lines, line comments and known values. */
export function textForm(text: string): TreeForm {
  const lines = text
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '' && !/^(?:#|\/\/|--|;)/.test(line));
  const found: StrippedText = { waits: [], sizes: [] };
  const core = lines
    .map((line) => stripText(line, found))
    .filter((line) => !/^(?:await )?(?:(?:time|asyncio|Thread)\.)?u?sleep\(\);?$/.test(line))
    .join('\n');
  return { exact: lines.join('\n'), core, ...found, parsed: false };
}
