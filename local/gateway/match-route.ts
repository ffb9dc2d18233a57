import type { Route } from '../../core/contract/routes.ts';

export type RouteMatch =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'method-not-allowed'; readonly allowed: readonly string[] }
  | { readonly kind: 'no-route' };

/**
 * Compiles the route table into a matcher by method and path. As API Gateway's REST APIs do it: parameters stay as
 * they were sent, percent-encoded.
 */
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

/** A parameter takes a segment, or (`{name+}`, at the end) all that follow; none of them is empty. */
const matchSegments = (pattern: readonly string[], segments: readonly string[]): Record<string, string> | null => {
  const params = new Map<string, string>();
  for (const [i, part] of pattern.entries()) {
    const greedy = part.endsWith('+}');
    if (!greedy && i === pattern.length - 1 && segments.length > pattern.length) return null;
    const segment = greedy ? segments.slice(i).join('/') : (segments[i] ?? '');
    if (!part.startsWith('{')) {
      if (part !== segment) return null;
      continue;
    }
    if (segment === '') return null;
    params.set(part.slice(1, greedy ? -2 : -1), segment);
  }
  return Object.fromEntries(params);
};
