import { stringify } from 'yaml';

/** An object as Kubernetes reads it: in YAML 1.1, where an unquoted `on` is true, without wrapping long lines. */
export function objectYaml(object: unknown): string {
  return stringify(object, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

/** Formats objects as one YAML stream for `kubectl apply -f -`, one document each. */
export function asYaml(objects: readonly object[]): string {
  return objects.map((object) => `---\n${objectYaml(object)}`).join('');
}
