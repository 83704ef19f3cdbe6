import { type Machine, readText } from '../machine.ts';

/** Where distributions store trusted certificate authorities; the same list as Go's crypto/x509 (root_linux.go). */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The authorities that the box trusts, as PEM text: those named by SSL_CERT_FILE, else the distribution's. Undefined if
 * the box has none; Node's own then apply. A check must agree with curl on the same box.
 */
export function systemTrust(env: Readonly<Record<string, string>>, machine: Machine): string | undefined {
  for (const path of trustPaths(env)) {
    const bundle = readText(machine, path);
    if (bundle?.includes('-----BEGIN')) return bundle;
  }
  return undefined;
}

/** Candidate files; the first that exists is used. */
export function trustPaths(env: Readonly<Record<string, string>>): readonly string[] {
  return env.SSL_CERT_FILE ? [env.SSL_CERT_FILE] : BUNDLES;
}
