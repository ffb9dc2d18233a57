// Ends with 0 where the service answers that it is well. For the container's HEALTHCHECK: there is no curl in it.
const port = process.env.PORT ?? '3000';
const well = await fetch(`http://127.0.0.1:${port}/api/health`, { signal: AbortSignal.timeout(4_000) }).then(
  (answer) => answer.ok,
  () => false,
);
process.exit(well ? 0 : 1);
