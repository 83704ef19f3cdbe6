import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';

/** The user entry of a kubeconfig: a client certificate with its key (PEM), or a bearer token. */
export type UserCredential = { certificate: string; key: string } | { token: string };

/** The files that a control plane is started with, in a directory that only this user may read. */
export class ClusterAuthority {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Creates the certificate authority, the API server's certificate for these names and the key that signs tokens. */
  static async create(directory: string, names = 'IP:127.0.0.1,DNS:localhost'): Promise<ClusterAuthority> {
    const authority = new ClusterAuthority(directory);
    await openssl(
      directory,
      'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-cluster -keyout ca.key -out ca.crt',
    );
    await authority.issue('server', '/CN=kube-apiserver', `subjectAltName=${names}`);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    writeFileSync(authority.path('tokens.key'), privateKey, { mode: 0o600 });
    writeFileSync(authority.path('tokens.pub'), publicKey);
    return authority;
  }

  path(file: string): string {
    return join(this.#directory, file);
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }

  /** A client certificate of the user `name` in `groups`, as kubeadm and k3s issue them. */
  async certificateFor(name: string, groups: readonly string[] = []): Promise<UserCredential> {
    const file = `user-${randomUUID()}`;
    const subject = [...groups.map((group) => `/O=${group}`), `/CN=${name}`].join('');
    await this.issue(file, subject, 'extendedKeyUsage=clientAuth');
    return { certificate: this.read(`${file}.crt`), key: this.read(`${file}.key`) };
  }

  /** A service account token that this cluster signed, and that expired an hour ago. */
  expiredToken(issuer: string): UserCredential {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      aud: [issuer],
      sub: 'system:serviceaccount:default:default',
      iat: now - 7200,
      nbf: now - 7200,
      exp: now - 3600,
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'default', uid: randomUUID() } },
    };
    const unsigned = [{ alg: 'RS256', typ: 'JWT' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = createSign('RSA-SHA256').update(unsigned).sign(this.read('tokens.key'), 'base64url');
    return { token: `${unsigned}.${signature}` };
  }

  /** Writes `FILE.crt` and `FILE.key` for a subject such as `/O=system:nodes/CN=system:node:node-1`. */
  async issue(file: string, subject: string, extension: string): Promise<void> {
    const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
    writeFileSync(this.path(`${file}.ext`), `${extension}\n`);
    await openssl(this.#directory, `req ${key} -subj ${subject} -keyout ${file}.key -out ${file}.csr`);
    const signing = '-CA ca.crt -CAkey ca.key -days 2 -set_serial';
    const serial = `0x${randomUUID().replaceAll('-', '')}`;
    await openssl(
      this.#directory,
      `x509 -req -in ${file}.csr ${signing} ${serial} -extfile ${file}.ext -out ${file}.crt`,
    );
  }
}

/** A kubeconfig with one context, as text. */
export function kubeconfig(options: {
  server: string;
  authority: string;
  user: UserCredential;
  context: string;
  namespace?: string;
}): string {
  const { server, authority, user, context, namespace } = options;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: context, cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [
      {
        name: context,
        user:
          'token' in user
            ? { token: user.token }
            : { 'client-certificate-data': base64(user.certificate), 'client-key-data': base64(user.key) },
      },
    ],
    contexts: [
      { name: context, context: { cluster: context, user: context, ...(namespace && { namespace }) } },
    ],
  });
}

async function openssl(cwd: string, args: string): Promise<void> {
  await execa('openssl', args.split(' '), { cwd });
}
