import type { Route } from '../../core/contract/routes.ts';

export type RouteMatch =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'method-not-allowed'; readonly allowed: readonly string[] }
  | { readonly kind: 'no-route' };

/** Compiles the route table into a matcher by method and path. A parameter holds one segment, decoded. */
export const createRouteMatcher = (routes: readonly Route[]): ((method: string, path: string) => RouteMatch) => {
  const compiled = routes.map((route) => ({ route, segments: route.path.split('/') }));
  return (method, path) => {
    const segments = path.split('/');
    const matches = compiled.flatMap((candidate) => {
      const params = matchSegments(candidate.segments, segments);
      return params === null ? [] : [{ route: candidate.route, params }];
    });
    const exact = matches.find((match) => match.route.method === method);
    if (exact !== undefined) return { kind: 'route', ...exact };
    if (matches.length === 0) return { kind: 'no-route' };
    return { kind: 'method-not-allowed', allowed: matches.map((match) => match.route.method) };
  };
};

const matchSegments = (pattern: readonly string[], segments: readonly string[]): Record<string, string> | null => {
  if (pattern.length !== segments.length) return null;
  const params = new Map<string, string>();
  for (const [i, part] of pattern.entries()) {
    const segment = segments[i] ?? '';
    if (!part.startsWith('{')) {
      if (part !== segment) return null;
      continue;
    }
    const value = decode(segment);
    if (value === null || value === '') return null;
    params.set(part.slice(1, -1), value);
  }
  return Object.fromEntries(params);
};

const decode = (segment: string): string | null => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
};
