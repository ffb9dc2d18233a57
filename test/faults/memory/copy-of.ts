/**
 * A copy of an attribute's value or a whole item, without members that are undefined, as the adapters have the SDK write them. Histories make millions:
 * structuredClone takes several times as long for the same.
 */
export const copyOf = <T>(value: T): T => copied(value) as T;

const copied = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Set) return new Set(value);
  if (value instanceof Uint8Array) return value.slice();
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const part = (value as Record<string, unknown>)[name];
    if (part === undefined) continue;
    if (name !== '__proto__') copy[name] = copied(part);
    // Assigned, it would be the copy's prototype.
    else
      Object.defineProperty(copy, name, { value: copied(part), enumerable: true, configurable: true, writable: true });
  }
  return copy;
};
