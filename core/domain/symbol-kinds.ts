/** What a definition is of. Traits and protocols are interfaces, unions structs, constructors methods, namespaces and packages modules, members of enums constants. */
export const symbolKinds = [
  'class',
  'constant',
  'enum',
  'field',
  'function',
  'interface',
  'macro',
  'method',
  'module',
  'struct',
  'type',
  'variable',
] as const;

export type SymbolKind = (typeof symbolKinds)[number];
