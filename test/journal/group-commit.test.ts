import { describe, expect, it } from 'vitest';
import { createGroupCommit } from '../../src/journal/group-commit.ts';

/** A sync that ends on request and records what it covers. */
function controlled() {
  const ends: (() => void)[] = [];
  let touched = 0;
  const covered: number[] = [];
  const commit = createGroupCommit(() => {
    covered.push(touched);
    return new Promise((resolve) => void ends.push(resolve));
  });
  const touch = () => {
    touched += 1;
    commit.touch();
  };
  return { commit, covered, ends, touch };
}

const turn = () => new Promise((resolve) => void setImmediate(resolve));

describe('concurrent waits for the disk', () => {
  it('share one sync for all writes of one turn, and another for writes during that sync', async () => {
    const { commit, covered, ends, touch } = controlled();
    for (let count = 0; count < 10; count++) touch();
    await turn();
    expect(covered).toEqual([10]);
    for (let count = 0; count < 5; count++) touch();
    await turn();
    expect(covered).toEqual([10]);
    const settled = commit.settled();
    ends[0]?.();
    await turn();
    expect(covered).toEqual([10, 15]);
    ends[1]?.();
    await settled;
  });

  it('are not satisfied by a sync that started before their write', async () => {
    const { commit, ends, touch } = controlled();
    touch();
    await turn();
    touch();
    let done = false;
    const settled = commit.settled().then(() => {
      done = true;
    });
    ends[0]?.();
    await turn();
    expect(done).toBe(false);
    ends[1]?.();
    await settled;
  });

  it('wait a moment for others, except urgent ones', async () => {
    let syncs = 0;
    const commit = createGroupCommit(async () => void syncs++, 60_000);
    commit.touch();
    let soon = false;
    const patient = commit.soon().then(() => {
      soon = true;
    });
    await turn();
    expect([syncs, soon]).toEqual([0, false]);
    await commit.settled();
    await patient;
    expect([syncs, soon]).toEqual([1, true]);
  });

  it('return at once if nothing was written', async () => {
    await createGroupCommit(() => Promise.reject(new Error('never asked'))).settled();
  });

  it('all fail after a failure, permanently', async () => {
    const commit = createGroupCommit(() => Promise.reject(new Error('the disk is gone')));
    commit.touch();
    await expect(commit.settled()).rejects.toThrow('the disk is gone');
    commit.touch();
    await expect(commit.settled()).rejects.toThrow('the disk is gone');
  });
});
