#!/usr/bin/env bash
# The first process of a node's namespaces; supervise.sh starts it. bash reaps orphans while it waits.
set -euo pipefail

# The root is an overlay of this machine's: what is installed or written on the node is gone with it.
root=$S/root
mkdir -p "$root"/{upper,work,merged}
mount -t overlay node-root -o "lowerdir=/,upperdir=$root/upper,workdir=$root/work" "$root/merged"
mount -t proc proc "$root/merged/proc"
# sysfs shows the network namespace that mounted it, and cadvisor and CNI want this one's.
mount -t sysfs sysfs "$root/merged/sys"
mount --rbind /sys/fs/cgroup "$root/merged/sys/fs/cgroup"
mount --rbind /dev "$root/merged/dev"
mount -t tmpfs tmpfs "$root/merged/run"
IFS=: read -ra shared <<<"$SHARED"
for folder in "${shared[@]}"; do
  mount --bind "$folder" "$root/merged$folder"
done
cd "$root/merged"
mkdir -p .machine
pivot_root . .machine
umount -l /.machine
cd /
mount --make-rshared /

hostname node-1
printf '127.0.0.1 localhost\n10.97.0.2 node-1 registry.example.com\n' >/etc/hosts
printf 'nameserver 10.97.0.2\n' >/etc/resolv.conf
mkdir -p /etc/rancher/k3s
cp "$S/node.kubeconfig" /etc/rancher/k3s/k3s.yaml
chmod 600 /etc/rancher/k3s/k3s.yaml
ln -sf "$CONTROL_PLANE/kubectl" /usr/local/bin/kubectl

until [ -e /sys/class/net/eth0 ]; do read -r -t 0.05 _ <> <(:) || true; done
ip link set lo up
ip addr add 10.97.0.2/24 dev eth0
ip link set eth0 up
ip route add default via 10.97.0.1
sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1 net.ipv4.conf.all.route_localnet=1

run() { local name=$1; shift; "$@" >"$S/log/$name.log" 2>&1 & }
until_true() { until "$@" >/dev/null 2>&1; do read -r -t 0.1 _ <> <(:) || true; done; }
api_ready() { curl -sf --cacert "$S/ca.crt" --cert "$S/admin.crt" --key "$S/admin.key" https://127.0.0.1:6443/readyz; }

run etcd "$CONTROL_PLANE/etcd" --data-dir "$S/etcd" --unsafe-no-fsync --log-level error \
  --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380
run kube-apiserver "$CONTROL_PLANE/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 \
  --bind-address=0.0.0.0 --advertise-address=10.97.0.2 --secure-port=6443 \
  --tls-cert-file="$S/server.crt" --tls-private-key-file="$S/server.key" --client-ca-file="$S/ca.crt" \
  --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged \
  --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$S/tokens.pub" \
  --service-account-signing-key-file="$S/tokens.key" --service-cluster-ip-range=10.43.0.0/16 \
  --service-node-port-range=30000-32767 \
  --kubelet-client-certificate="$S/apiserver-kubelet.crt" --kubelet-client-key="$S/apiserver-kubelet.key" \
  --kubelet-certificate-authority="$S/ca.crt" --kubelet-preferred-address-types=InternalIP
run registry-public docker-registry serve "$S/etc/registry-public.yml"
run registry-private docker-registry serve "$S/etc/registry-private.yml"
run containerd env PATH="$PROGRAMS:/usr/sbin:/usr/bin:/sbin:/bin" "$PROGRAMS/containerd" --config "$S/etc/containerd.toml"
until_true api_ready
run kube-controller-manager "$CONTROL_PLANE/kube-controller-manager" --kubeconfig="$S/admin.kubeconfig" --leader-elect=false \
  --service-account-private-key-file="$S/tokens.key" --root-ca-file="$S/ca.crt" \
  --cluster-signing-cert-file="$S/ca.crt" --cluster-signing-key-file="$S/ca.key" --node-monitor-grace-period=40s \
  --flex-volume-plugin-dir="$S/volume-plugins"
run kube-scheduler "$CONTROL_PLANE/kube-scheduler" --kubeconfig="$S/admin.kubeconfig" --leader-elect=false
until_true test -S /run/containerd/containerd.sock
run kubelet "$CONTROL_PLANE/kubelet" --config="$S/etc/kubelet.yaml" --kubeconfig="$S/kubelet.kubeconfig" --root-dir="$S/kubelet" \
  --hostname-override=node-1 --node-ip=10.97.0.2 --v=2
run kube-proxy "$CONTROL_PLANE/kube-proxy" --config="$S/etc/kube-proxy.yaml" --hostname-override=node-1
run coredns "$PROGRAMS/coredns" -conf "$S/etc/Corefile"
wait
