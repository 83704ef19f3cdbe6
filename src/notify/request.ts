import { type Message, messageText } from './message.ts';
import type { NotifyTarget } from './target.ts';

/** An HTTP request that delivers a message. */
export interface DeliveryRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

type HttpTarget = Exclude<NotifyTarget, { type: 'command' | 'sendmail' }>;

/** The request in the form that the receiver expects, by the type of the target. */
export function deliveryRequest(target: HttpTarget, message: Message): DeliveryRequest {
  const text = messageText(message);
  switch (target.type) {
    case 'webhook':
      return json(target.url, { ...message, text });
    case 'slack':
      // https://api.slack.com/reference/surfaces/formatting#escaping; else `<!channel>` would call everyone.
      return json(target.url, {
        text: text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      });
    case 'discord':
      return json(target.url, { content: text.slice(0, 2_000), allowed_mentions: { parse: [] } });
    case 'ntfy':
      return {
        url: target.url,
        method: 'POST',
        headers: {
          Title: message.title.replace(/[^\x20-\x7e]/g, '?'),
          Priority: message.state === 'ok' ? 'default' : 'high',
          ...(message.page === undefined ? {} : { Click: message.page }),
        },
        body: text,
      };
    case 'matrix': {
      const room = encodeURIComponent(target.room);
      const path = `/_matrix/client/v3/rooms/${room}/send/m.room.message/${message.id}`;
      const { headers, body } = json('', { msgtype: 'm.text', body: text });
      return {
        url: `${target.homeserver.replace(/\/$/, '')}${path}`,
        method: 'PUT',
        headers: { ...headers, Authorization: `Bearer ${target.token}` },
        body: body!,
      };
    }
    case 'heartbeat':
      return { url: target.url, method: 'GET', headers: {} };
  }
}

function json(url: string, body: object): DeliveryRequest {
  return {
    url,
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
}
