/**
 * Orders two versions as dpkg does (deb-version(7)): epoch, then parts without and with digits in turn, where `~` sorts
 * before the end. Negative: `a` is older.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map(split);
  if (left!.epoch !== right!.epoch) return left!.epoch - right!.epoch;
  return compareParts(left!.rest, right!.rest);
}

function split(version: string): { epoch: number; rest: string } {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(version.trim()) ?? [];
  return { epoch: Number(epoch), rest };
}

function compareParts(a: string, b: string): number {
  let [left, right] = [a, b];
  while (left !== '' || right !== '') {
    const [textA, textB] = [left, right].map((each) => /^\D*/.exec(each)![0]);
    const order = compareText(textA!, textB!);
    if (order !== 0) return order;
    left = left.slice(textA!.length);
    right = right.slice(textB!.length);
    const [numberA, numberB] = [left, right].map((each) => /^\d*/.exec(each)![0]);
    const difference = BigInt(numberA || 0) - BigInt(numberB || 0);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
    left = left.slice(numberA!.length);
    right = right.slice(numberB!.length);
  }
  return 0;
}

/** Letters sort before other characters, and `~` before everything, also before the end. */
function compareText(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = weight(a[index]) - weight(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function weight(character: string | undefined): number {
  if (character === '~') return -1;
  if (character === undefined) return 0;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}
