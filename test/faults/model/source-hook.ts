/** `node --import` this: every condition of the list asks first whether it is left out. */
import { registerHooks } from 'node:module';
import { nameOfSource, sourceGuards, sourceWatch } from './source-guards.ts';

const root = new URL('../../../', import.meta.url).href;
const guards = new Map(sourceGuards.map((guard) => [nameOfSource(guard), guard]));

const ask = (name: string, value: boolean): boolean => {
  const otherwise = guards.get(name)?.otherwise ?? value;
  if (sourceWatch.leftOut.has(name)) return otherwise;
  sourceWatch.asked(name);
  if (value !== otherwise) sourceWatch.refused(name);
  return value;
};
Object.assign(globalThis, { askGuard: ask });

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    const own = sourceGuards.filter(({ file }) => url === `${root}${file}`);
    if (own.length === 0) return loaded;
    let source = String(loaded.source instanceof Uint8Array ? Buffer.from(loaded.source) : loaded.source);
    for (const guard of own) {
      const asking = `askGuard(${JSON.stringify(nameOfSource(guard))}, (${guard.guard}))`;
      if (source.split(guard.line).length !== 2) throw new Error(`${guard.file} has not one ${guard.line}`);
      source = source.replace(guard.line, () => guard.line.replace(guard.guard, () => asking));
    }
    return { ...loaded, source };
  },
});
