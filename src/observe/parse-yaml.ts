import { parse } from 'yaml';

/**
 * YAML 1.2 as data. A file of its own to be loaded on demand: of a CommonJS package that is itself imported on demand the
 * bundle keeps the default export alone.
 */
export function parseYaml(text: string): unknown {
  return parse(text);
}
