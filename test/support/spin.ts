export const spins = ['loop', 'regex', 'wasm'] as const;
export type Spin = (typeof spins)[number];

/** (module (func (export "f") (loop (br 0)))) */
const endlessModule = Uint8Array.from(
  Buffer.from('0061736d0100000001040160000003020100070501016600000a0901070003400c000b0b', 'hex'),
);

interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: { f(): void } };
}

/** Never comes back, in one of the ways in which code does not. */
export const spin = (kind: Spin): never => {
  if (kind === 'regex') /^(a+)+$/.test(`${'a'.repeat(60)}b`);
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;
  if (kind === 'wasm') new Instance(new Module(endlessModule)).exports.f();
  for (;;);
};
