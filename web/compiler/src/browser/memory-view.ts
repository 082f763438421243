/** .NET's view of its own memory. */
export interface MemoryView<Elements extends Uint8Array | Int32Array | Float64Array = Uint8Array> {
  readonly length: number;
  set(source: Elements, offset?: number): void;
  copyTo(target: Elements, offset?: number): void;
  slice(start?: number, end?: number): Elements;
}

export type IntegersView = MemoryView<Int32Array>;
export type NumbersView = MemoryView<Float64Array>;
