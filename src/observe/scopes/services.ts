import { textOrder } from '../../base/text-order.ts';
import { redactText } from '../redact/redact.ts';
import type { Observer } from './observer.ts';

const ORDER = ['failed', 'starting', 'active', 'unknown', 'inactive'];

/** Order: failed, starting, active, unknown, inactive. */
export const observeServices: Observer<'services'> = async ({ services }) => {
  const { services: found, unavailable } = await services();
  const facts = found.map(({ name, state, enabled, manager, detail }) => ({
    name,
    state,
    manager,
    detail: redactText(detail),
    ...(enabled !== undefined && { enabled }),
  }));
  facts.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || textOrder(a.name, b.name));
  return { facts, ...(unavailable !== undefined && { unavailable: [unavailable] }) };
};
