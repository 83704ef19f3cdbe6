import { describe } from 'vitest';
import { describeWithSshd } from '../../support/describe-with-sshd.ts';
import { openBoxesBy } from '../box.ts';
import { sshBoxes } from './boxes.ts';

/** What holds for fences on this machine holds on another box: the same tests, over a real sshd. */
describeWithSshd('over ssh', async () => {
  const boxes = await sshBoxes();
  openBoxesBy((options) => boxes.open(options));
  describe('fences behave as scripts', () => import('../fences-behave-as-scripts.test.ts').then(() => {}));
  describe('state', () => import('../state.test.ts').then(() => {}));
  describe('output', () => import('../output.test.ts').then(() => {}));
  describe('ends', () => import('../ends.test.ts').then(() => {}));
  describe('files', () => import('../files.test.ts').then(() => {}));
});
