import { stringify } from 'yaml';

/**
 * Objects as one YAML stream, a document each, long lines unbroken: what `kubectl apply -f -` takes. As YAML 1.1, since
 * Kubernetes reads that: there an unquoted `on` is true.
 */
export function asYaml(objects: readonly object[]): string {
  return objects
    .map(
      (object) => `---\n${stringify(object, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })}`,
    )
    .join('');
}
