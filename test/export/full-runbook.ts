/** A runbook with every feature that an export must support. */
export const FULL_RUNBOOK = `---
runbook: 1
name: Shop
---

# Shop

## Inputs

| Name          | Kind     | Required | Default     |
| ------------- | -------- | -------- | ----------- |
| DOMAIN        | variable | yes      | example.org |
| REGISTRY_PASS | secret   | yes      |             |
| PAGER_TOKEN   | secret   | no       |             |

## Steps

### Install Caddy

Why: it terminates TLS.

~~~bash
apt-get install -y caddy
~~~

Verify:

~~~check
command caddy exists
~~~

### Write the page

Needs: none

~~~html {"file":"/srv/index.html"}
<p>\${DOMAIN}</p>
~~~

### Start Caddy

Needs: install-caddy, write-the-page

~~~bash {"timeout":"2m"}
caddy start
~~~

Verify:

~~~check
port 443 owner caddy within 10s
~~~
`;

export const FULL_INVENTORY = `inputs: { DOMAIN: shop.example }
targets:
  - ssh://deploy@web-1
  - { on: "ssh://deploy@web-2:2222", name: second, inputs: { DOMAIN: "it's \\"quoted\\" & odd" } }
`;
