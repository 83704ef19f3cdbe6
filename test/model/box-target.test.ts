import { describe, expect, test } from 'vitest';
import { isBoxName, parseBoxTarget, targetText } from '../../src/model/box-target.ts';

describe('names a box in one of four ways', () => {
  test.each([
    ['local', { kind: 'local' }],
    ['web-2', { kind: 'named', name: 'web-2' }],
    ['web.example', { kind: 'named', name: 'web.example' }],
    ['ssh://box', { kind: 'ssh', host: 'box' }],
    ['ssh://root@10.0.0.7:2222', { kind: 'ssh', user: 'root', host: '10.0.0.7', port: 2222 }],
    ['ssh://[fe80::1%eth0]:22', { kind: 'ssh', host: 'fe80::1%eth0', port: 22 }],
    ['ssh://a.b@host/', { kind: 'ssh', user: 'a.b', host: 'host' }],
    ['container:web_1', { kind: 'container', name: 'web_1' }],
  ])('%s', (text, target) => {
    expect(parseBoxTarget(text)).toEqual(target);
  });

  test.each(['web-2', 'ssh://box', 'ssh://root@10.0.0.7:2222', 'ssh://[fe80::1]:22', 'container:x'])(
    '%s is written as it is read',
    (text) => {
      const target = parseBoxTarget(text);
      expect('message' in target ? target : targetText(target)).toBe(text);
    },
  );
});

describe('an invalid target is rejected with a reason', () => {
  test.each([
    ['ssh://', 'the host is missing'],
    ['ssh://-oProxyCommand=x', 'is not a host name'],
    ['ssh://host:0', 'is not a port'],
    ['ssh://host:99999', 'is not a port'],
    ['ssh://host:', 'is not a port'],
    ['ssh://-l@host', 'is not a user name'],
    ['ssh://user:secret@host', 'must not contain a password'],
    ['ssh://host/path', 'not a host address'],
    ['ssh://a b', 'is not a host name'],
    ['container:', 'the container name is missing'],
    ['container:--privileged', 'not a container name'],
    ['container:a/b', 'not a container name'],
    ['-x', 'neither a box name nor an address'],
    ['', 'neither a box name nor an address'],
  ])('%s', (text, why) => {
    expect(parseBoxTarget(text)).toMatchObject({ code: 'bad-box', message: expect.stringContaining(why) });
  });

  test.each([
    ['shh://host', 'Did you mean ssh://user@host:22?'],
    ['contianer:web', 'Did you mean container:NAME?'],
    ['root@host', 'Did you mean ssh://root@host?'],
  ])('%s', (text, remedy) => {
    expect(parseBoxTarget(text)).toMatchObject({ remedy });
  });

  test('rejects names of launched boxes that look like this machine or like an option', () => {
    expect(['local', '-x', 'a b', '', 'a/b'].filter(isBoxName)).toEqual([]);
    expect(isBoxName('web')).toBe(true);
  });
});
