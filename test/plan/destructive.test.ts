import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';
import { destructiveLines } from '../../src/plan/destructive.ts';

function linesOf(text: string, fence = 'bash'): string[] {
  const source = sourceOf(`---\nrunbook: 1\n---\n\n## Steps\n\n### A\n\n~~~${fence}\n${text}\n~~~\n`, 'a.md');
  return parseRunbook(source).steps[0]!.actions.flatMap(destructiveLines);
}

describe('what destroys', () => {
  test.each([
    ['rm -rf /var/lib/app', 'deletes files'],
    ['sudo rm -r "$X"', 'deletes files'],
    ['rm -f -r /srv/app', 'deletes files'],
    ['rm /srv/app -R', 'deletes files'],
    ['terraform -chdir=prod destroy -auto-approve', 'deletes infrastructure'],
    ['terraform apply -destroy', 'deletes infrastructure'],
    ['rsync -a --delete a/ b/', 'deletes files'],
    ['psql -c "DROP TABLE users"', 'drops data'],
    ['mysql -e "truncate table x"', 'empties data'],
    ['kubectl -n db delete pvc data-0', 'deletes objects'],
    ['kubectl scale deployment/web --replicas=0', 'scales to zero'],
    ['docker volume rm data', 'deletes volumes'],
    ['mkfs.ext4 /dev/sdb1', 'erases a disk'],
    ['dd if=/dev/zero of=/dev/sdb', 'erases a disk'],
  ])('%s', (text, what) => {
    expect(linesOf(text)).toEqual([`${what}: ${text}`]);
  });

  test.each([
    'rm file',
    'rm -f a-r; ls -r',
    'git rm -r --cached node_modules',
    'dd if=/srv/disk.img of=/dev/null bs=1M',
    'terraform plan -destroy',
    '# rm -rf /',
    'kubectl get pods',
    'kubectl scale deployment/web --replicas=3',
    'echo dd',
  ])('not %s', (text) => {
    expect(linesOf(text)).toEqual([]);
  });

  test('an object that is scaled to zero', () => {
    expect(
      linesOf('apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 0', 'yaml {"apply":"kubernetes"}'),
    ).toHaveLength(1);
  });
});
