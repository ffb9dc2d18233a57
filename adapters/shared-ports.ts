import type { Clock, Ids } from '../core/ports/clock.ts';
import type { EncodingGuess } from '../core/ports/encoding-guess.ts';
import type { FileWatch } from '../core/ports/file-watch.ts';
import type { HeadStart } from '../core/ports/head-start.ts';
import type { PathRules } from '../core/ports/path-rules.ts';
import type { ScheduleTimes } from '../core/ports/schedules.ts';
import type { SymbolExtractor } from '../core/ports/symbol-extractor.ts';
import { createTreeSitterSymbols } from './embedding/symbols/tree-sitter-symbols.ts';
import { createEncodingGuess } from './encodings/encoding-guess.ts';
import { createPathRules } from './path-rules/path-rules.ts';
import { systemClock } from './system/clock.ts';
import { cronSchedules } from './system/cron-schedules.ts';
import { randomIds } from './system/ids.ts';

/** The ports that are the same on AWS and on one machine: lambdas/ports.ts and local/runtime.ts hold what differs. */
export const clock = (): Clock => systemClock;
export const ids = (): Ids => randomIds;
/** What an expression means. */
export const scheduleTimes = (): ScheduleTimes => cronSchedules;
/** Where no one looks; what computes for syncs has another in its place. */
export const fileWatch = (): FileWatch => ({ run: (_, compute) => compute() });
/** Where batches wait for the Map; a thread of one machine has another in its place. */
export const headStart = (): HeadStart => ({ staged: () => undefined });
export const pathRules = (): PathRules => createPathRules();
export const encodingGuess = (): EncodingGuess => createEncodingGuess();
export const symbolExtractor = (): SymbolExtractor => createTreeSitterSymbols();
