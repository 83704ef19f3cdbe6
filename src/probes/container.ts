import type { ProbeKind } from './probe-kind.ts';

export const container: ProbeKind<'container'> = {
  docs: {
    syntax: 'NAME running|healthy [image IMAGE]',
    summary: 'a container of docker or podman runs, or its health check passes, from this image if given',
    agents: 'everything',
  },
  read: (reader) => {
    const name = reader.value('the name of a container');
    const state = reader.keyword(['running', 'healthy']);
    if (!reader.more()) return { kind: 'container', name, state };
    reader.keyword(['image'], ['within']);
    return { kind: 'container', name, state, image: reader.value('the name of an image') };
  },
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: ({ name }) => `container ${name}`,
  looser: (old, now) => [
    ...(old.state === 'healthy' && now.state === 'running' ? ['healthy became running'] : []),
    ...(old.image !== undefined && old.image !== now.image
      ? [`the image ${old.image} is no longer checked`]
      : []),
  ],
  cannotFail: () => undefined,
};
