import { hostIn, stepHost } from './access.ts';
import type { FailureContext, Hit } from './failure-context.ts';
import { type Rule, textRule } from './rule.ts';

/** The certificate has expired, or this box's clock is wrong. */
export const certificateExpired: Rule = textRule({
  code: 'certificate-expired',
  cause: 'config',
  patterns: [
    /certificate has expired|CERT_HAS_EXPIRED|certificate expired|x509: certificate has expired|EXPKEYSIG|NET::ERR_CERT_DATE_INVALID/i,
  ],
  describe: (hit, context) => {
    const host = hostNear(hit, context);
    const key = hit.line.includes('EXPKEYSIG');
    return {
      title: key
        ? 'The signing key of the package repository has expired.'
        : `The certificate of ${host ?? 'the server'} has expired, or the clock of this box is ahead.`,
      remedy: key
        ? "Fetch the repository's new key."
        : 'Compare `date` with a correct clock first, then renew the certificate.',
      ...(host !== undefined && { subject: host }),
    };
  },
});

/** The certificate is for a different name. */
export const certificateName: Rule = textRule({
  code: 'certificate-name',
  cause: 'config',
  patterns: [
    /no alternative certificate subject name matches target host ?name '(?<host>[^']{1,253})'/,
    /certificate is valid for .{1,200}, not (?<host>[\w.:-]{1,253})/,
    /Hostname\/IP does not match certificate's altnames|ERR_TLS_CERT_ALTNAME_INVALID/,
    /Hostname mismatch, certificate is not valid for '(?<host>[^']{1,253})'/,
    /certificate subject name .{0,100}does not match target host ?name|doesn't match (?:requested )?host ?name|doesn't contain any IP SANs/,
  ],
  describe: (hit, context) => {
    const host = hit.groups.host ?? hostNear(hit, context);
    return {
      title: `The certificate is not valid for the ${host === undefined ? 'requested name' : `name ${host}`}.`,
      remedy: 'Connect to a name in the certificate, or issue a certificate for this name.',
      ...(host !== undefined && { subject: host }),
    };
  },
});

/** The certificate is not signed by an authority that this box trusts. */
export const certificateUntrusted: Rule = textRule({
  code: 'certificate-untrusted',
  cause: 'config',
  patterns: [
    /self[- ]signed certificate|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN/i,
    /unable to get (?:local )?issuer certificate|UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)|unable to verify the first certificate/i,
    /certificate signed by unknown authority|server certificate verification failed|doesn't have a known issuer|certificate verify failed|PKIX path building failed/i,
  ],
  describe: (hit, context) => {
    const host = hostNear(hit, context);
    return {
      title: `The certificate of ${host ?? 'the server'} is not signed by an authority that this box trusts.`,
      remedy:
        'Install the package ca-certificates, or add the signing authority (/usr/local/share/ca-certificates, then update-ca-certificates). Do not disable verification.',
      ...(host !== undefined && { subject: host }),
    };
  },
});

/** The client and the server disagree on TLS. */
export const schemeMismatch: Rule = textRule({
  code: 'scheme-mismatch',
  cause: 'config',
  patterns: [
    /server gave HTTP response to HTTPS client|it does not speak TLS|wrong version number|packet length too long|ERR_SSL_WRONG_VERSION_NUMBER|EPROTO.{0,80}wrong version|SSL_ERROR_RX_RECORD_TOO_LONG|first record does not look like a TLS handshake/i,
    /(?<tls>malformed HTTP response "\\x15\\x03)|(?<plain>plain HTTP request was sent to HTTPS port|Client sent an HTTP request to an HTTPS server)/i,
  ],
  describe: (hit, context) => {
    const host = hostNear(hit, context);
    const wanted = hit.groups.tls ?? hit.groups.plain;
    const where = host ?? 'The port';
    return {
      title: wanted
        ? `${where} expects TLS, but the request was plain HTTP.`
        : `${where} serves plain HTTP, but the request used TLS.`,
      remedy: wanted ? 'Use https://.' : 'Use http:// (also in probes), or enable TLS on the server.',
      ...(host !== undefined && { subject: host }),
    };
  },
});

/** Timestamps in the future. */
export const clockSkew: Rule = textRule({
  code: 'clock-skew',
  cause: 'platform',
  patterns: [
    /is not valid yet \(invalid for another|certificate (?:is )?not yet valid|x509: certificate has expired or is not yet valid: current time .{1,40} is before|CERT_NOT_YET_VALID/i,
    /clock skew (?:detected|too great)|RequestTimeTooSkewed|KRB_AP_ERR_SKEW|used before issued|Signature not yet current|time stamp .{1,60} in the future/i,
  ],
  describe: () => ({
    title: 'The clock of this box or of the server is wrong: a timestamp is in the future.',
    remedy: 'Compare `date -u` with a correct clock, and enable NTP (timedatectl set-ntp true, chrony).',
    subject: 'clock',
  }),
});

function hostNear(hit: Hit, context: FailureContext): string | undefined {
  return context.near(hit, 8).flatMap((line) => hostOrName(line))[0] ?? stepHost(context);
}

function hostOrName(line: string): string[] {
  // curl prints this documentation link after every certificate error; it is not the server.
  const host = /curl\.se|wiki\.|docs\.|man\./.test(line) ? undefined : hostIn(line);
  const quoted = /certificate of [‘'"]([\w.-]{1,253})[’'"]/i.exec(line)?.[1];
  return [host ?? quoted ?? []].flat();
}
