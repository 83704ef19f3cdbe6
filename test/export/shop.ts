import { runbook } from '../support/scenario.ts';

/** A document of cluster objects with everything that an export must convert. Only kinds that every cluster has. */
export const shop = (namespace: string): string =>
  runbook(
    {
      'Make the shop': `Why: \`{{ braces }}\` and "quotes" are text here.

~~~yaml {"apply":"kubernetes"}
apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
~~~

~~~yaml {"apply":"kubernetes","namespace":"${namespace}"}
apiVersion: v1
kind: ConfigMap
metadata:
  name: page
data:
  template: "{{ .Title }} at \${DOMAIN}"
  one: "{{inputs.one}}"
  many: |
    {{ range .Items }}
    100% of \${DOMAIN} and $\${DOMAIN}
  "on": "true"
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: web
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - kind: ServiceAccount
    name: web
    namespace: ${namespace}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: \${REPLICAS}
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: registry.example/web@sha256:${'0'.repeat(64)}
          env:
            - { name: REPLICAS, value: "\${REPLICAS}" }
        - name: side
          image: registry.example/side:1.2
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: { app: web }
  ports:
    - port: \${PORT}
~~~

~~~yaml {"registry":"pull","namespace":"${namespace}"}
server: registry.example
username: robot
password: \${TOKEN}
~~~

Verify:

~~~check
k8s deployment/web -n ${namespace} exists
http GET http://web:\${PORT}/ contains "shop" within 5s
~~~`,
      'Change it': `~~~json {"patch":"deployment/web","namespace":"${namespace}","type":"json"}
[
  { "op": "add", "path": "/spec/template/metadata/annotations", "value": { "example.com/a": "1" } },
  { "op": "add", "path": "/spec/template/metadata/annotations/example.com~1b", "value": "\${DOMAIN}" },
  { "op": "replace", "path": "/spec/template/spec/containers/1/image", "value": "registry.example/side:1.3" }
]
~~~

~~~yaml {"patch":"deployment/web","namespace":"${namespace}"}
spec:
  template:
    spec:
      imagePullSecrets:
        - name: pull
      containers:
        - name: web
          env:
            - { name: MORE, value: "yes" }
~~~

~~~yaml {"patch":"service/web","namespace":"${namespace}","type":"merge"}
spec:
  type: ClusterIP
  sessionAffinity: ClientIP
~~~`,
    },
    `## Inputs

| Name | Kind | Required | Default | What for |
| --- | --- | --- | --- | --- |
| DOMAIN | variable | no | shop.example | the name of the shop |
| REPLICAS | number(1..5) | no | 2 | how many pods |
| PORT | port | no | 8080 | |
| UNUSED | variable | yes | | only for people |
| TOKEN | secret | yes | | pulling images |

## Decisions

### One namespace

Why: it goes with it.

## Endpoints

| Name | URL or port |
| --- | --- |
| Shop | https://shop.example/{{x}} |
`,
  );
