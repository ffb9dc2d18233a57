export interface EncodingGuess {
  /**
   * What guesses, made ready at the first call. It gives the encoding of text that is not UTF-8, under a name of the Encoding Standard; null where
   * the bytes are no text, or too few to tell.
   */
  load(): Promise<(bytes: Uint8Array) => string | null>;
}
