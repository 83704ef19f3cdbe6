/** Objects that several tests create. */

export interface DeploymentOptions {
  namespace?: string;
  replicas?: number;
  /** Annotations on pods that tell kwok how they behave (kwok.yaml). */
  annotations?: Record<string, string>;
  resources?: object;
}

export function deployment(name: string, options: DeploymentOptions = {}) {
  const { namespace, replicas = 1, annotations = {}, resources } = options;
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, ...(namespace && { namespace }) },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations },
        spec: {
          containers: [{ name, image: 'registry.example.com/web:1.0', ...(resources && { resources }) }],
        },
      },
    },
  };
}

export function configMap(name: string, namespace: string, data: Record<string, string>) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}
