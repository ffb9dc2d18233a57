import type { IncomingMessage } from 'node:http';

/** Node takes the first of several; another program on the way may take the last. */
const once = ['host', 'authorization'];

/** What is wrong with a request's first line and headers, which Node lets through; null: nothing. */
export const headFault = ({ url = '/', rawHeaders }: Pick<IncomingMessage, 'url' | 'rawHeaders'>): string | null => {
  // Proxies are asked by a whole address, whose host counts and not the header's.
  if (!url.startsWith('/')) return 'the address must be a path: it begins with /';
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  const twice = once.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  return twice === undefined ? null : `the header ${twice} must be given once`;
};

/** The path and query of a request; null for what is none. Never another host's: `//name/` is a path. */
export const targetOf = (url: string): URL | null => URL.parse(`http://localhost${url}`);
