// The rules for messages that a program can check: docs/style.md, rule 6.
import { avoided } from './avoided-words.mjs';

/** Sentences of one message with its remedy. A guard speaks to an agent, which needs the steps one by one. */
const MOST_SENTENCES = 3;
const MOST_SENTENCES_OF_GUARD = 6;

/** Words of one sentence. */
const MOST_WORDS = 32;

/** Files whose messages are parts of sentences, and why. */
const PARTS = {
  'execute/remote/ssh-errors.ts': 'each is the end of "NAME could not be reached: …"',
  'operations/preflight/cluster/storage.ts': 'each is the end of "OBJECT: …"',
};

/** Programs and fields whose names are in lower case at the start of a sentence. */
const LOWER =
  /^(?:apt|curl|git|kubectl|pipefail|runbook|ssh|storageClassName|sudo|systemctl|systemd|test|kubelet)\b/;

/** Findings here begin with the name of a program. */
const PROGRAMS = 'judge/diagnose/known/';

/** @returns {string[]} what is wrong with a message */
export function defectsOf({ file, code, says, advises }) {
  const texts = [...says, ...advises];
  const longest = Math.max(0, ...says.map(sentences)) + Math.max(0, ...advises.map(sentences));
  const most = file.startsWith('guard/') ? MOST_SENTENCES_OF_GUARD : MOST_SENTENCES;
  const defects = [
    ...(longest > most ? [`${longest} sentences, at most ${most}`] : []),
    ...(file in PARTS ? [] : texts.flatMap((text) => defectsOfText(text, file))),
  ];
  return defects.map((defect) => `${file} ${code}: ${defect}: ${texts.join(' / ')}`);
}

function defectsOfText(text, file) {
  const isName = LOWER.test(text) || file.startsWith(PROGRAMS);
  const plain = text.replace(/`[^`]*`/g, 'CODE');
  const longest = Math.max(...split(longestChoice(plain)).map((each) => each.split(/\s+/).length));
  const word = avoided.map(([pattern]) => new RegExp(pattern, 'i').exec(plain)?.[0]).find(Boolean);
  return [
    ...(/^[a-z]/.test(text) && !isName ? ['begins in lower case'] : []),
    ...(/[.?!…)"`›}]$|: [^.]*$/.test(text) ? [] : ['does not end']),
    ...(/\*\*\*|[,;]\.|\.\.(?!\.)|,$| {2}|\b(?:is|are) no\b|\bis none\b|\bThere (?:is|are)\b/.test(plain)
      ? ['is joined or cut']
      : []),
    ...(longest > MOST_WORDS ? [`${longest} words in a sentence, at most ${MOST_WORDS}`] : []),
    ...(word === undefined ? [] : [`"${word}"`]),
  ];
}

/** With the longest of each `‹a | b›`. */
function longestChoice(text) {
  const inner = /‹([^‹›]*)›/;
  let whole = text;
  for (let match = inner.exec(whole); match; match = inner.exec(whole))
    whole = whole.replace(match[0], match[1].split(' | ').sort((a, b) => b.length - a.length)[0]);
  return whole;
}

const split = (text) => text.split(/(?<=[.?!])\s+(?=[A-Z"`‹-])/);
const sentences = (text) => split(longestChoice(text)).length;
