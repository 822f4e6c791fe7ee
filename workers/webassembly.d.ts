/** As much of WebAssembly as is used: its types are with those of browsers, and cannot be had alone. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  const Module: new (bytes: Uint8Array) => object;
  const Memory: new (size: { initial: number }) => Memory;
  const Instance: new (module: object, imports: { env: { memory: Memory } }) => Instance;
}
