/** What a text holds as JSON; null when it holds none. The parser's message would quote it, and is not kept. */
export const jsonOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
