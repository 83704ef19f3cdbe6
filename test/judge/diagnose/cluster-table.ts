import { diagnose } from '../../../src/judge/diagnose/diagnose.ts';
import { type ClusterCase, clusterCases } from './cluster-cases.ts';
import { k8sgpt } from './k8sgpt.ts';

/** The table of docs/diagnosis.md: the first finding for each scenario, and k8sgpt's result for the same objects. */
export function storyTable(): string {
  const rows = clusterCases()
    .filter(({ story }) => story !== undefined)
    .sort((a, b) => (a.story! < b.story! ? -1 : 1))
    .map((each) => [each.story!, firstFinding(each), others(each)]);
  const lines = rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  return ['| story | first finding | k8sgpt, for the same objects |', '| --- | --- | --- |', ...lines].join(
    '\n',
  );
}

function firstFinding({ input }: ClusterCase): string {
  const [first] = diagnose(input);
  return `\`${first!.code}\`: ${first!.title}`;
}

/** Empty if nothing in the cluster is wrong, because k8sgpt sees nothing else. */
function others({ objects }: ClusterCase): string {
  const said = [...new Set(k8sgpt(objects))];
  if (said.length === 0) return objects.length === 0 ? 'nothing: no object has an error' : 'nothing';
  return said.map((each) => (each.length > 130 ? `${each.slice(0, 130)}…` : each)).join('; ');
}
