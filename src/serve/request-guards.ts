import type { IncomingMessage } from 'node:http';

/** Why a request is refused; the text is for the person. */
export interface Refusal {
  readonly status: number;
  readonly why: string;
}

/**
 * Refuses what another web page can make a browser send. A name that an attacker's DNS points to this machine has another `Host`;
 * a request by a page of another site or port has another `Origin`, or says so in `Sec-Fetch-Site`.
 */
export function foreignRequest({ method = '', headers }: IncomingMessage, port: number): Refusal | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const host = headers.host ?? '';
  if (!hosts.includes(host)) return { status: 421, why: `Open http://127.0.0.1:${port} instead.` };
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}`) return foreign;
  const site = headers['sec-fetch-site'];
  const isOwn = site === undefined || site === 'same-origin' || site === 'none';
  switch (method) {
    case 'GET':
    case 'HEAD':
      // A link on another page may be followed; anything that such a page loads itself may not.
      return isOwn || headers['sec-fetch-mode'] === 'navigate' ? undefined : foreign;
    case 'POST':
      // Browsers name the origin of every form.
      return isOwn && origin !== undefined ? undefined : foreign;
    default:
      return { status: 405, why: 'Only GET and POST are served.' };
  }
}

const foreign: Refusal = { status: 403, why: 'The request came from another page.' };
