import { type Child, s } from 'hastscript';
import type { PlanStep } from '../model/plan.ts';

const WIDTH = 190;
const HEIGHT = 30;
const GAP_X = 40;
const GAP_Y = 14;

/** The graph of needs as a drawing: each step right of the steps that it follows. */
export function needsGraph(steps: readonly PlanStep[]) {
  const columns = depths(steps);
  const rows = new Map<number, number>();
  const at = new Map<string, { x: number; y: number }>();
  for (const { step } of steps) {
    const column = columns.get(step.id) ?? 0;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    at.set(step.id, { x: column * (WIDTH + GAP_X), y: row * (HEIGHT + GAP_Y) });
  }
  const width = (Math.max(0, ...columns.values()) + 1) * (WIDTH + GAP_X) - GAP_X;
  const height = Math.max(1, ...rows.values()) * (HEIGHT + GAP_Y) - GAP_Y;
  const label = `Needs: ${steps.length} steps`;
  return s(
    'svg',
    {
      viewBox: `-4 -4 ${width + 8} ${height + 8}`,
      width: width + 8,
      height: height + 8,
      role: 'group',
      ariaLabel: label,
    },
    ...steps.flatMap((each) => arrows(each, at)),
    ...steps.map(({ step }) => node(step.id, step.title, at.get(step.id)!)),
  );
}

function depths(steps: readonly PlanStep[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { step, after } of steps)
    found.set(step.id, Math.max(0, ...after.map((id) => (found.get(id) ?? 0) + 1)));
  return found;
}

interface Position {
  readonly x: number;
  readonly y: number;
}

function arrows({ step, after, rebuildAfter }: PlanStep, at: ReadonlyMap<string, Position>): Child[] {
  const to = at.get(step.id)!;
  return after.flatMap((id): Child[] => {
    const from = at.get(id);
    if (!from) return [];
    const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2];
    const bend = (x1 + x2) / 2;
    const className = rebuildAfter.includes(id) ? 'needs' : 'follows';
    return [s('path', { className, d: `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}` })];
  });
}

function node(id: string, title: string, { x, y }: Position): Child {
  const shown = title.length > 26 ? `${title.slice(0, 25)}…` : title;
  return s(
    'a',
    { href: `#${id}` },
    s('rect', { x, y, width: WIDTH, height: HEIGHT, rx: 6 }),
    s('text', { x: x + 10, y: y + HEIGHT / 2 + 4 }, shown),
  );
}
