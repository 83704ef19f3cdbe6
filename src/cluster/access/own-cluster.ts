/** Where k3s writes the administrator's kubeconfig of the box's own cluster. */
export const OWN_CLUSTER_CONFIG = '/etc/rancher/k3s/k3s.yaml';
