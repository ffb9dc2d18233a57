type Metadata = Readonly<Record<string, unknown>>;

/** Filters may hold at most so many constraints (S3 User Guide, "Changing a vector index's mode"); every value is counted as one. */
const maxConstraints = 100;

/**
 * The part of S3 Vectors' filter language that is used here (S3 User Guide, "Metadata filtering"), as a test of a vector's metadata. Throws for anything
 * else, for keys that cannot be filtered by, and for too many constraints.
 */
export const vectorFilter = (filter: unknown, hidden: readonly string[]): ((metadata: Metadata) => boolean) => {
  if (filter === undefined) return () => true;
  let constraints = 0;
  const compile = (part: unknown): ((metadata: Metadata) => boolean) => {
    const entries = Object.entries(part as object);
    const [key, condition] = entries[0] ?? [];
    if (key === undefined || entries.length !== 1) throw new Error(`not one condition: ${JSON.stringify(part)}`);
    if (key === '$and') {
      const parts = listOf(condition).map(compile);
      return (metadata) => parts.every((test) => test(metadata));
    }
    if (hidden.includes(key)) throw new Error(`${key} cannot be filtered by`);
    const [operator, value] = Object.entries(condition as object)[0] ?? [];
    const wanted = operator === '$eq' ? [value] : operator === '$in' ? listOf(value) : null;
    if (wanted === null || wanted.some((one) => typeof one !== 'string'))
      throw new Error(`not known here: ${JSON.stringify(part)}`);
    constraints += wanted.length;
    // Of a list in metadata any element may be the equal one.
    return (metadata) => [metadata[key]].flat().some((held) => wanted.includes(held));
  };
  const test = compile(filter);
  if (constraints > maxConstraints) throw new Error(`${constraints} constraints`);
  return test;
};

const listOf = (value: unknown): unknown[] => {
  if (!Array.isArray(value) || value.length === 0) throw new Error('an empty list');
  return value;
};
