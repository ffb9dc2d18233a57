/** What is used of jschardet. It is loaded at the first guess, so that all that never guesses is built and checked without it. */
declare module 'jschardet' {
  export namespace chardet {
    interface DetectionResult {
      readonly encoding: string | null;
      /** 0 to 1. */
      readonly confidence: number;
    }
    function detectAll(
      bytes: Uint8Array,
      options: { readonly includeEncodings: readonly string[]; readonly ignoreThreshold: boolean },
    ): DetectionResult[];
  }
}
