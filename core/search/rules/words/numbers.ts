/** Whole numbers, 0 to 2 ** 31 - 1, as text of ASCII, which compresses well and is read as it is: 6 bits a character, and one that says that more follow. */
export interface NumberWriter {
  add(value: number): void;
  /** What was added since the last call. */
  take(): string;
}

const MORE = 0x40;
const decoder = new TextDecoder();

export const writeNumbers = (): NumberWriter => {
  let bytes = new Uint8Array(256);
  let length = 0;
  return {
    add: (value) => {
      if (length + 6 > bytes.length) {
        const larger = new Uint8Array(bytes.length * 2);
        larger.set(bytes);
        bytes = larger;
      }
      let rest = value;
      while (rest >= MORE) {
        bytes[length++] = (rest & (MORE - 1)) | MORE;
        rest >>>= 6;
      }
      bytes[length++] = rest;
    },
    take: () => {
      const text = decoder.decode(bytes.subarray(0, length));
      length = 0;
      return text;
    },
  };
};

/** Reads numbers one after the other. Throws RangeError at the text's end. */
export interface NumberReader {
  next(): number;
}

export const readNumbers = (text: string, from = 0): NumberReader => {
  let at = from;
  return {
    next: () => {
      let value = 0;
      for (let shift = 0; ; shift += 6) {
        const unit = text.charCodeAt(at++);
        if (!(unit < 2 * MORE)) throw new RangeError('the numbers end too early');
        value |= (unit & (MORE - 1)) << shift;
        if (unit < MORE) return value;
      }
    },
  };
};
