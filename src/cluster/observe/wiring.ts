import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import type { RawObject } from './raw.ts';

/** Fields of an EventSource that do not define events. */
const NO_EVENTS = new Set(['template', 'service', 'replicas', 'eventBusName']);

/** The events that an Argo Events EventSource produces, `name/event`. */
export function sourceFact(raw: RawObject): NewClusterFact {
  const name = raw.metadata?.name ?? '';
  const kinds = Object.entries((raw.spec ?? {}) as Record<string, unknown>);
  const events = kinds.flatMap(([kind, by]) =>
    NO_EVENTS.has(kind) || typeof by !== 'object' || by === null ? [] : Object.keys(by),
  );
  return wired(
    raw,
    'source',
    events.map((each) => `${name}/${each}`),
  );
}

/** The events that an Argo Events Sensor waits for. */
export function sensorFact(raw: RawObject): NewClusterFact {
  const spec = raw.spec as { dependencies?: { eventSourceName?: string; eventName?: string }[] } | undefined;
  const events = (spec?.dependencies ?? []).map((each) => `${each.eventSourceName}/${each.eventName}`);
  return wired(raw, 'sensor', events);
}

function wired({ metadata }: RawObject, role: 'source' | 'sensor', events: string[]): NewClusterFact {
  const place = { namespace: metadata?.namespace ?? 'default', name: metadata?.name ?? '' };
  return { kind: 'wiring', ...place, role, events };
}
