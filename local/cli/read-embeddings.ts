import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Embeddings } from '../embeddings.ts';
import { UsageError } from './start-arguments.ts';

const isAddress = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
};

const Environment = z
  .object({
    EMBEDDINGS_URL: z
      .string()
      .refine(isAddress, 'must be an http or https address, without a user or password in it')
      .optional(),
    EMBEDDINGS_MODEL: z.string().optional(),
    EMBEDDINGS_KEY: z.string().optional(),
    EMBEDDINGS_KEY_FILE: z.string().optional(),
    EMBEDDINGS_DIMENSIONS: z.coerce.number('must be a whole number').int().min(1).max(65_536).optional(),
    EMBEDDINGS_BATCH: z.coerce.number('must be a whole number').int().min(1).max(2048).default(32),
    EMBEDDINGS_PRICE: z.coerce.number('must be US dollars for a million tokens').min(0).optional(),
    // A prefix ends with a blank, and may be nothing.
    EMBEDDINGS_DOCUMENT_PREFIX: z.string().default(''),
    EMBEDDINGS_QUERY_PREFIX: z.string().default(''),
  })
  .superRefine((set, context) => {
    const lacks = (name: keyof typeof set, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (set.EMBEDDINGS_URL !== undefined && set.EMBEDDINGS_MODEL === undefined)
      lacks('EMBEDDINGS_MODEL', 'must name the model where EMBEDDINGS_URL is set');
    if (set.EMBEDDINGS_KEY !== undefined && set.EMBEDDINGS_KEY_FILE !== undefined)
      lacks('EMBEDDINGS_KEY_FILE', 'cannot be set together with EMBEDDINGS_KEY');
  });

const names: ReadonlySet<string> = new Set(Object.keys(Environment.shape));

/** Null: nothing is set, and the embedder is the service's own. Throws UsageError, which never has the key. */
export const readEmbeddings = (environment: NodeJS.ProcessEnv): Embeddings | null => {
  // Compose files set what is not set to nothing.
  const set = Object.entries(environment).filter(([, value]) => value !== '');
  const given = set.map(([name]) => name).filter((name) => names.has(name));
  if (given.length > 0 && !given.includes('EMBEDDINGS_URL'))
    throw new UsageError(`EMBEDDINGS_URL: must say where the model is, or there must be no ${given.join(', ')}`);
  const read = Environment.safeParse(Object.fromEntries(set));
  if (!read.success)
    throw new UsageError(read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
  const { EMBEDDINGS_URL: url, EMBEDDINGS_MODEL: model, ...more } = read.data;
  if (url === undefined || model === undefined) return null;
  return {
    url,
    model,
    key: keyOf(more.EMBEDDINGS_KEY, more.EMBEDDINGS_KEY_FILE),
    dimensions: more.EMBEDDINGS_DIMENSIONS,
    textsPerRequest: more.EMBEDDINGS_BATCH,
    prefixes: { document: more.EMBEDDINGS_DOCUMENT_PREFIX, query: more.EMBEDDINGS_QUERY_PREFIX },
    usdPerMillionTokens: more.EMBEDDINGS_PRICE ?? null,
  };
};

const keyOf = (named: string | undefined, file: string | undefined): string | undefined => {
  const key = (file === undefined ? named : contentOf(file))?.trim();
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key))
    throw new UsageError(
      `${file === undefined ? 'EMBEDDINGS_KEY' : 'EMBEDDINGS_KEY_FILE'}: must be one line of ASCII letters without blanks`,
    );
  return key;
};

const contentOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`EMBEDDINGS_KEY_FILE: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
};
