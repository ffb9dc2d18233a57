import { fromBase64, toBase64 } from '../../domain/base64.ts';

/** What each number of a vector takes: half precision where nothing is lost by it, as in an index that keeps no more. */
export type Precision = 'half' | 'single';

const BYTES = { half: 2, single: 4 } as const;

/** `half` where every number of every vector is one of half precision. */
export const precisionOf = (vectors: Iterable<Float32Array>): Precision => {
  for (const vector of vectors) for (const number of vector) if (Math.f16round(number) !== number) return 'single';
  return 'half';
};

/** Base64 of the numbers, little-endian. */
export const vectorText = (vector: Float32Array, precision: Precision): string => {
  const bytes = new Uint8Array(vector.length * BYTES[precision]);
  const view = new DataView(bytes.buffer);
  for (const [at, number] of vector.entries())
    if (precision === 'half') view.setFloat16(at * 2, number, true);
    else view.setFloat32(at * 4, number, true);
  return toBase64(bytes);
};

/** Null for what is no vector of that many finite numbers. */
export const readVector = (text: string, precision: Precision, dimensions: number): Float32Array | null => {
  const bytes = bytesIn(text);
  if (bytes?.length !== dimensions * BYTES[precision]) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const vector = new Float32Array(dimensions);
  for (let at = 0; at < dimensions; at++)
    vector[at] = precision === 'half' ? view.getFloat16(at * 2, true) : view.getFloat32(at * 4, true);
  return vector.every(Number.isFinite) ? vector : null;
};

const bytesIn = (text: string): Uint8Array | null => {
  try {
    return fromBase64(text);
  } catch {
    return null;
  }
};
