// As little as a server of the same SDK can be: one tool that says what it was told.
import { Server } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';

serveStdio(
  () => {
    const server = new Server({ name: 'minimal', version: '0' }, { capabilities: { tools: {} } });
    const echo = {
      name: 'echo',
      inputSchema: { type: 'object', properties: { message: { type: 'string' } } },
    };
    server.setRequestHandler('tools/list', () => ({ tools: [echo] }));
    server.setRequestHandler('tools/call', ({ params }) => ({
      content: [{ type: 'text', text: String(params.arguments?.message) }],
    }));
    return server;
  },
  { transport: new StdioServerTransport(process.stdin, process.stdout) },
);
process.stdin.on('end', () => process.exit(0));
