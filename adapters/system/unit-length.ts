/** The same direction, of length 1; a vector of no length has no direction, and stays as it is. */
export const unitLength = (vector: readonly number[]): Float32Array => {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  return Float32Array.from(vector, (value) => (length === 0 ? 0 : value / length));
};
