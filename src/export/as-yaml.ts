import { stringify } from 'yaml';

/**
 * Formats objects as one YAML stream for `kubectl apply -f -`, one document each, without wrapping long lines. Uses
 * YAML 1.1 as Kubernetes does: there an unquoted `on` is true.
 */
export function asYaml(objects: readonly object[]): string {
  return objects
    .map(
      (object) => `---\n${stringify(object, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })}`,
    )
    .join('');
}
