import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';

/** Names of buffers and read-aheads that must fill before anything is shown, in flags, units and manifests. */
const BUFFER =
  /(?<knob>[\w.-]{0,40}(?:read-?ahead|buffer(?:-?size)?|chunk-?size|prefetch|block-?size)[\w.-]{0,20})["']?[ =:]{1,3}["']?(?<size>\d{1,9}(?:\.\d{1,3})?)\s?(?<unit>[KMG]i?B?)\b/gi;

const UNITS: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, G: 1e9 };

/**
 * A buffer whose fill time exceeds the timeout of its reader: bytes ÷ measured bytes per second (128 MB ÷ 2.1 MB/s =
 * 61 s).
 */
export const bufferOutlastsTimeout: Rule = {
  code: 'buffer-outlasts-timeout',
  cause: 'config',
  find: (context) => {
    const waited = timedOut(context);
    const rate = slowestRate(context);
    if (waited === undefined || rate === undefined) return [];
    return buffers(context).flatMap(({ knob, bytes, shown }): Match[] => {
      const seconds = bytes / rate.bytesPerSecond;
      if (seconds < waited.seconds) return [];
      return [
        {
          title: `${knob} of ${shown} takes ${Math.round(seconds)} s to fill at the measured ${rate.shown} (${rate.name}), but its reader times out after ${waited.seconds} s.`,
          remedy: `Use at most ${Math.floor((rate.bytesPerSecond * waited.seconds) / 2 / 1e6)} MB (half of that time), and measure ${rate.name} again on the target.`,
          subject: knob,
          evidence: waited.evidence,
          weight: 'direct',
        },
      ];
    });
  },
};

function buffers({ input }: FailureContext): { knob: string; bytes: number; shown: string }[] {
  const text = input.step?.text ?? '';
  return [...text.matchAll(BUFFER)].map(({ groups }) => {
    const { knob = '', size = '0', unit = '' } = groups ?? {};
    const letter = unit[0]!.toUpperCase();
    const factor = /i/.test(unit) ? 1024 ** ('KMG'.indexOf(letter) + 1) : UNITS[letter]!;
    return { knob: knob.replace(/^-+/, ''), bytes: Number(size) * factor, shown: `${size} ${unit}` };
  });
}

/** The timeout that ended the wait: that of a check, or the step's own time limit. */
function timedOut(context: FailureContext): { seconds: number; evidence: string[] } | undefined {
  const index = context.input.checks.findIndex(
    ({ verdict, class: kind }) => verdict === 'fail' && kind === 'timeout',
  );
  if (index !== -1) {
    const within = /\bwithin (\d{1,6})s/.exec(context.input.checks[index]!.check)?.[1];
    return { seconds: Number(within ?? 30), evidence: [context.checkEvidence(index)] };
  }
  const { end } = context.input;
  return end?.kind === 'timeout'
    ? { seconds: end.afterMs / 1000, evidence: [context.exitEvidence] }
    : undefined;
}

/** The slowest transfer rate that was measured here. */
function slowestRate({
  input,
}: FailureContext): { name: string; bytesPerSecond: number; shown: string } | undefined {
  const rates = (input.measurements ?? []).flatMap(({ name, value }) => {
    const [, figure, unit] = /^(\d{1,9}(?:\.\d{1,3})?)\s?([kKMG]i?B)\/s$/.exec(value.trim()) ?? [];
    if (figure === undefined || unit === undefined) return [];
    const letter = unit[0]!.toUpperCase();
    const factor = unit.includes('i') ? 1024 ** ('KMG'.indexOf(letter) + 1) : UNITS[letter]!;
    return [{ name, bytesPerSecond: Number(figure) * factor, shown: value.trim() }];
  });
  return rates.sort((a, b) => a.bytesPerSecond - b.bytesPerSecond)[0];
}
