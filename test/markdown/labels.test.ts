import { expect, test } from 'vitest';
import { misspeltHeading, misspeltLabel } from '../../src/markdown/labels.ts';

test.each([
  ['Verfy:', 'Verify'],
  ['**Verfiy**', 'Verify'],
  ['*Verifiy:* it answers', 'Verify'],
  ['Undoo:', 'Undo'],
  ['Udno:', 'Undo'],
  ['Whyy: it renews by itself', 'Why'],
  ['Wehn: `file /etc/x exists`', 'When'],
  ['Rnu:', 'Run'],
  ['Fixx:', 'Fix'],
  ['Symptoms: `bind: address already in use`', 'Symptom'],
  ['Evidance:', 'Evidence'],
  ['Need: one', 'Needs'],
])('%s is meant for %s', (text, label) => {
  expect(misspeltLabel(text)).toBe(label);
});

test.each(
  [
    'Note Where Warning Then Who What How Form Four Fig Ran Runs Fin Needle Notes Version Example',
    'Fixed Found Undone Because Alternatives Date Usage Output Result Expected Verified Why Verify Fun Six',
  ]
    .join(' ')
    .split(' ')
    .flatMap((word) => [`${word}:`, `**${word}**`, `${word}: so it is`]),
)('%s is what it says', (text) => {
  expect(misspeltLabel(text)).toBeUndefined();
});

test('leaves words outside of label positions alone', () => {
  expect(misspeltLabel('Symptoms of a full disk')).toBeUndefined();
  expect(misspeltLabel('Verfy is a word')).toBeUndefined();
  expect(misspeltHeading('Symptoms')).toBe('Symptom');
  expect(misspeltHeading('Symptoms of a full disk')).toBeUndefined();
});
