import { parse } from 'yaml';

/**
 * Parses YAML 1.2. A separate file because it is loaded on demand: when a CommonJS package is itself imported on
 * demand, the bundle keeps only its default export.
 */
export function parseYaml(text: string): unknown {
  return parse(text);
}
