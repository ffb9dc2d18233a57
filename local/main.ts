import { useAllocatorSettings } from './allocator.ts';
import { nameSource } from './cli/name-source.ts';
import { readSettings } from './cli/read-settings.ts';
import { checkSource, SourceFault } from './cli/source-fault.ts';
import { HelpAsked, UsageError, usage } from './cli/start-arguments.ts';

useAllocatorSettings();

// Everything that this process and its children write is for its own user: the database holds what was indexed.
process.umask(0o077);

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    // The second one means it.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });

try {
  const settings = readSettings(process.argv.slice(2), process.env, process.stderr.isTTY);
  if (settings.source !== null) await checkSource(nameSource(settings.source, process.cwd()).url);
  // Only now: a mistake in the settings is reported before the service is loaded.
  const { temporaryDirectory } = await import('./temporary-files.ts');
  // LanceDB sorts on disk, below it: what a kill leaves there is swept with the rest of that directory.
  process.env.TMPDIR = temporaryDirectory(settings.dataDir);
  const { runCli } = await import('./cli/run-cli.ts');
  process.exitCode = await runCli(settings, { out: process.stdout, progress: process.stderr, stop: stop.signal });
} catch (error) {
  if (error instanceof HelpAsked) {
    console.log(error.message);
  } else {
    console.error(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) console.error(`\n${usage()}`);
    process.exitCode = error instanceof UsageError || error instanceof SourceFault ? 2 : 1;
  }
}
process.exit();
