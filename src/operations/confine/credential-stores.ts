/*
 * Where programs keep credentials: the one list of files about which an agent learns nothing, not even whether they exist.
 * A path is matched with every symbolic link in it resolved, wherever its folder is. Each row names its source.
 */

/** Folders: everything below them is denied. A row matches whole path components, in a row. */
const FOLDERS: readonly string[] = [
  // OpenSSH: ssh_config(5), FILES.
  '.ssh',
  // GnuPG manual, 4.2.3 Configuration files; password-store pass(1).
  '.gnupg',
  '.password-store',
  // docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
  '.aws',
  // learn.microsoft.com/cli/azure/azure-cli-configuration
  '.azure',
  // cloud.google.com/sdk/docs/configurations, cloud.google.com/docs/authentication/application-default-credentials
  '.config/gcloud',
  // docs.oracle.com/iaas/Content/API/Concepts/sdkconfig.htm
  '.oci',
  // docs.digitalocean.com/reference/doctl, github.com/hetznercloud/cli, linode.com/docs/products/tools/cli
  '.config/doctl',
  '.config/hcloud',
  '.config/linode-cli',
  '.config/scw',
  '.fly',
  '.config/configstore',
  '.config/heroku',
  // kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig
  '.kube',
  // docs.docker.com/reference/cli/docker/login; containers-auth.json(5)
  '.docker',
  '.config/containers',
  // helm.sh/docs/helm/helm_registry_login
  '.config/helm',
  // cli.github.com/manual/gh_auth_login, gitlab.com/gitlab-org/cli
  '.config/gh',
  '.config/glab-cli',
  // github.com/getsops/sops#encrypting-using-age, github.com/FiloSottile/age
  '.config/sops',
  '.config/age',
  '.age',
  // developer.hashicorp.com/terraform/cli/config/config-file
  '.terraform.d',
  // developer.1password.com/docs/cli, bitwarden.com/help/cli
  '.config/op',
  '.config/Bitwarden CLI',
  // Credentials of coding agents: docs.claude.com/en/docs/claude-code, developers.openai.com/codex
  '.claude',
  '.codex',
  '.gemini',
  '.config/github-copilot',
  // freedesktop.org/wiki/Secret_Service, kwallet
  '.local/share/keyrings',
  '.local/share/kwalletd',
  // Browsers keep cookies and passwords in their profiles.
  '.mozilla',
  '.config/google-chrome',
  '.config/chromium',
  // rclone.org/docs/#config-config-file
  '.config/rclone',
  // filesystem hierarchy: private keys of TLS, Let's Encrypt, IPsec, VPNs, network connections, Kubernetes
  'ssl/private',
  'letsencrypt',
  'ipsec.d',
  'wireguard',
  'openvpn',
  'NetworkManager/system-connections',
  'kubernetes/pki',
  'rancher',
  'sudoers.d',
  'polkit-1',
  'credstore',
  'credstore.encrypted',
  // kubernetes.io/docs/concepts/security/service-accounts; docs.docker.com/engine/swarm/secrets
  'run/secrets',
  'secrets/kubernetes.io',
  // systemd.exec(5), CREDENTIALS
  'run/credentials',
  // /proc/PID/environ, /proc/PID/mem and the like: proc(5)
  'proc',
];

/** Names of files, at any place. `*` matches anything but a slash. */
const FILES: readonly string[] = [
  // shadow(5), sudoers(5), krb5.conf(5), chap-secrets in pppd(8), opasswd in pam_pwhistory(8)
  ...[
    'shadow',
    'shadow-',
    'gshadow',
    'gshadow-',
    'sudoers',
    'opasswd',
    '*.keytab',
    'chap-secrets',
    'pap-secrets',
  ],
  // sshd(8): host keys
  ...['ssh_host_*_key'],
  // 12factor.net/config, github.com/motdotla/dotenv
  ...['.env', '.env.*', '*.env', '.envrc'],
  // curl(1) netrc, gitcredentials(7), git-credential-store(1)
  ...['.netrc', '_netrc', '.git-credentials', '.gitcookies'],
  // docs.npmjs.com/cli/configuring-npm/npmrc, yarnpkg.com/configuration/yarnrc, packaging.python.org .pypirc
  ...['.npmrc', '.yarnrc', '.yarnrc.yml', '.pypirc', 'pip.conf', '.condarc'],
  // doc.rust-lang.org/cargo/reference/config.html#credentials, guides.rubygems.org/api-key-scopes, maven.apache.org/settings.html
  ...[
    'credentials',
    'credentials.*',
    '*.credentials',
    'settings.xml',
    'gradle.properties',
    'auth.json',
    'nuget.config',
  ],
  // postgresql.org/docs/current/libpq-pgpass.html, dev.mysql.com/doc/refman/en/option-files.html, mongosh, redis
  ...[
    '.pgpass',
    '.pg_service.conf',
    '.my.cnf',
    '.mylogin.cnf',
    'debian.cnf',
    '.mongorc.js',
    '.rediscli_auth',
  ],
  // developer.hashicorp.com/vault/docs/commands/token-helper; terraform state holds what was created, in clear
  ...['.vault-token', '*.tfstate', '*.tfstate.backup', '*.tfvars', '.terraformrc'],
  // cloud.google.com/iam/docs/keys-create-delete, firebase.google.com/docs/admin/setup
  ...[
    'service-account*.json',
    'service_account*.json',
    '*-adminsdk-*.json',
    'application_default_credentials.json',
  ],
  // kubeadm: kubernetes.io/docs/setup/production-environment/tools/kubeadm; k3s: docs.k3s.io/cluster-access
  ...[
    'admin.conf',
    'super-admin.conf',
    'kubelet.conf',
    'controller-manager.conf',
    'scheduler.conf',
    'kubeconfig',
    '*.kubeconfig',
  ],
  ...['k3s.yaml'],
  // docs.ansible.com/ansible/latest/vault_guide, htpasswd(1), wpa_supplicant.conf(5), postfix SASL_README, exim
  ...[
    '.vault_pass*',
    '.htpasswd',
    'htpasswd',
    'wpa_supplicant.conf',
    'sasl_passwd',
    'sasl_passwd.db',
    'passwd.client',
  ],
  // bash(1), zsh(1), fish, psql, mysql, node, python, less: histories hold what was typed
  ...['.*_history', '*_history', '.history', '.lesshst', '.viminfo', '.node_repl_history', '.python_history'],
  // s3cmd, rclone, boto, msmtp, mutt, irssi, weechat, filezilla
  ...['.s3cfg', '.boto', 'rclone.conf', '.msmtprc', '.fetchmailrc', '.muttrc'],
  // Private keys by their usual names: ssh-keygen(1), openssl(1), keytool(1), age-keygen(1), KeePass, WireGuard
  ...[
    'id_rsa*',
    'id_dsa*',
    'id_ecdsa*',
    'id_ed25519*',
    '*.pem',
    '*.key',
    '*.p12',
    '*.pfx',
    '*.jks',
    '*.keystore',
    '*.kdbx',
  ],
  ...['*.ppk', '*.asc', '*.gpg', '*.age', 'keys.txt', 'identity'],
];

/** Whether a path, with every link in it resolved, is in a store of credentials. */
export function isCredentialStore(path: string): boolean {
  const lower = path.toLowerCase();
  return BELOW.test(lower) || NAMED.test(lower);
}

const BELOW = new RegExp(`/(?:${FOLDERS.map(pattern).join('|')})(?:/|$)`);
const NAMED = new RegExp(`/(?:${FILES.map(pattern).join('|')})$`);

function pattern(row: string): string {
  return row
    .toLowerCase()
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*');
}
