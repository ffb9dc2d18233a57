/** As they stand in a file of adapters/dynamodb: what follows `when`, and what is put or checked under a condition. */
export const conditionsIn = (source: string): readonly string[] =>
  [...source.matchAll(/\bwhen(?::| =)\s*|ConditionExpression: |putNewOf\((?=\w+\.)|checkOf\((?=\w+)/g)].map(
    ({ 0: word, index }) => {
      const from = index + word.length;
      let depth = 0;
      let to = from;
      for (; to < source.length; to++) {
        const letter = source[to] as string;
        if ('([{'.includes(letter)) depth += 1;
        if (depth === 0 && ')]},;'.includes(letter)) break;
        if (')]}'.includes(letter)) depth -= 1;
      }
      return source
        .slice(from, to)
        .replaceAll(/\/\/.*/g, '')
        .replaceAll(/\s+/g, ' ')
        .trim();
    },
  );
