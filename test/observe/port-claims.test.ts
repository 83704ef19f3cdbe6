import { expect, test } from 'vitest';
import { parseIptables, parseNft, portClaims } from '../../src/observe/ports/port-claims.ts';

const own = new Set(['192.168.1.10', '127.0.0.1']);
const id = 'a'.repeat(64);

test.each([
  [
    'CNI host ports (k3s, podman with CNI)',
    `-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"cbr0\\" id: \\"${id}\\"" -m multiport --dports 80,443 -j CNI-DN-0123`,
    [
      { protocol: 'tcp', from: 80, to: 80, chain: 'CNI-HOSTPORT-DNAT', names: [id, 'CNI-HOSTPORT-DNAT'] },
      { protocol: 'tcp', from: 443, to: 443, chain: 'CNI-HOSTPORT-DNAT', names: [id, 'CNI-HOSTPORT-DNAT'] },
    ],
  ],
  [
    'netavark',
    `-A NETAVARK-HOSTPORT-DNAT -p udp -m udp --dport 53 -m comment --comment "dnat name: podman id: ${id}" -j NETAVARK-DN-1D87`,
    [
      {
        protocol: 'udp',
        from: 53,
        to: 53,
        chain: 'NETAVARK-HOSTPORT-DNAT',
        names: [id, 'NETAVARK-HOSTPORT-DNAT'],
      },
    ],
  ],
  [
    'Docker',
    '-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
    [{ protocol: 'tcp', from: 8080, to: 8080, chain: 'DOCKER', target: '172.17.0.2:80', names: ['DOCKER'] }],
  ],
  [
    'a load balancer on an address of this box',
    '-A KUBE-SERVICES -d 192.168.1.10/32 -p tcp -m comment --comment "kube-system/traefik:websecure loadbalancer IP" -m tcp --dport 443 -j KUBE-EXT-X',
    [
      {
        protocol: 'tcp',
        from: 443,
        to: 443,
        chain: 'KUBE-SERVICES',
        names: ['traefik', 'kube-system/traefik', 'KUBE-SERVICES'],
      },
    ],
  ],
  [
    'a node port',
    '-A KUBE-NODEPORTS -p tcp -m comment --comment "argo/argo-server:web" -m tcp --dport 32746 -j KUBE-EXT-Y',
    [
      {
        protocol: 'tcp',
        from: 32746,
        to: 32746,
        chain: 'KUBE-NODEPORTS',
        names: ['argo-server', 'argo/argo-server', 'KUBE-NODEPORTS'],
      },
    ],
  ],
  [
    'a range by hand',
    '-A PREROUTING -p tcp -m tcp --dport 5000:5010 -j REDIRECT --to-ports 80',
    [{ protocol: 'tcp', from: 5000, to: 5010, chain: 'PREROUTING', names: ['PREROUTING'] }],
  ],
  [
    'a service inside the cluster',
    '-A KUBE-SERVICES -d 10.43.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-Z',
    [],
  ],
  [
    'what is forwarded for another address',
    '-A PREROUTING -d 203.0.113.9/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.0.0.2:443',
    [],
  ],
  ['masquerading', '-A POSTROUTING -s 10.88.0.0/16 -j MASQUERADE', []],
  ['chains and comments', '*nat\n:PREROUTING ACCEPT [0:0]\n# done', []],
])('iptables: %s', (_name, text, claims) => {
  expect(parseIptables(text, own)).toEqual(claims);
});

test('nftables', () => {
  const text = `table inet netavark {
  chain NETAVARK-HOSTPORT-DNAT {
    tcp dport 8080 jump nv_2f259bab_10_88_0_0_nm16_dnat
  }
  chain nv_2f259bab_10_88_0_0_nm16_dnat {
    ip saddr 10.88.0.0/16 tcp dport 8080 jump NETAVARK-HOSTPORT-SETMARK
    tcp dport 8080 dnat ip to 10.88.0.2:80
    udp dport { 53, 5000-5001 } redirect to :5353 comment "dns for all"
  }
}`;
  const chain = 'nv_2f259bab_10_88_0_0_nm16_dnat';
  expect(parseNft(text)).toEqual([
    { protocol: 'tcp', from: 8080, to: 8080, chain, target: '10.88.0.2:80', names: [chain] },
    { protocol: 'udp', from: 53, to: 53, chain, target: ':5353', names: [chain] },
    { protocol: 'udp', from: 5000, to: 5001, chain, target: ':5353', names: [chain] },
  ]);
});

test('never throws on this box', async () => {
  const { claims } = await portClaims();
  for (const claim of claims) expect(claim.from).toBeGreaterThan(0);
});
