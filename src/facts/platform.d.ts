// The few globals that both Node and browsers have and the pure rooms use. Only the check of the pure rooms reads this
// file: they are compiled without Node's and without the DOM's types, so that nothing else of either can slip in.
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}
