import { deadline } from '../base/deadline.ts';
import { runProgram } from '../program/run-program.ts';
import { type Message, messageText } from './message.ts';
import { deliveryRequest } from './request.ts';
import type { NotifyTarget } from './target.ts';

/** A receiver that takes longer counts as failed. */
const TIMEOUT_MS = 10_000;

/** Delivers one message once. Returns why it failed, without URL or token; undefined: it was delivered. Never throws. */
export async function send(target: NotifyTarget, message: Message): Promise<string | undefined> {
  switch (target.type) {
    case 'command':
      return await ended(target.command, JSON.stringify(message));
    case 'sendmail':
      return await ended([target.program, '-i', '-t'], mail(target.to, message));
    default:
      return await request(target, message);
  }
}

async function request(
  target: Parameters<typeof deliveryRequest>[0],
  message: Message,
): Promise<string | undefined> {
  const { url, ...options } = deliveryRequest(target, message);
  const { host } = new URL(url);
  try {
    // A redirect could lead to a host that the person did not name.
    const answer = await fetch(url, {
      ...options,
      redirect: 'manual',
      signal: deadline(TIMEOUT_MS),
    });
    await answer.body?.cancel();
    return answer.ok ? undefined : `${host} answered ${answer.status}`;
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } };
    return name === 'TimeoutError'
      ? `${host} did not answer in ${TIMEOUT_MS / 1000} s`
      : `${host} cannot be reached (${cause?.code ?? name})`;
  }
}

async function ended(command: readonly string[], input: string): Promise<string | undefined> {
  const { code } = await runProgram(command, { input, timeoutMs: TIMEOUT_MS });
  return code === 0 ? undefined : `${command[0]} ended with exit code ${code}`;
}

/** RFC 5322; the subject as an encoded word (RFC 2047), because titles are not ASCII only. */
function mail(to: string, message: Message): string {
  const subject = Buffer.from(message.title.slice(0, 200)).toString('base64');
  return [
    `To: ${to.replace(/[\r\n]/g, ' ')}`,
    `Subject: =?UTF-8?B?${subject}?=`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    messageText(message),
    '',
  ].join('\n');
}
