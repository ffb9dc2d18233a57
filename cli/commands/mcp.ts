import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { connect, type GlobalOptions } from '../connection.ts';
import type { Terminal } from '../terminal.ts';

/** An agent starts its servers in its own folder, where `npx repo-sync` would fetch whatever has that name in the registry. */
const self = fileURLToPath(new URL('../repo-sync.js', import.meta.url));

export const addMcp = (program: Command, terminal: Terminal): void => {
  program
    .command('mcp')
    .description('Serve agents by the Model Context Protocol, over standard input and output')
    .addHelpText(
      'after',
      `\nAn agent starts it by itself; docs/mcp.md tells how to set it up.\n\nExamples:\n  $ claude mcp add --scope user repository-sync -- "${self}" mcp\n  $ repo-sync mcp --profile work`,
    )
    .action(async (_options: object, command: Command) => {
      const { client } = await connect(terminal, command.optsWithGlobals<GlobalOptions>());
      // Only this command needs the protocol's library.
      const { serveStdio } = await import('../../mcp/serve-stdio.ts');
      await serveStdio(client, {
        in: terminal.in as Readable,
        out: terminal.out as Writable,
        err: terminal.err as Writable,
        stop: terminal.stop,
      });
    });
};
