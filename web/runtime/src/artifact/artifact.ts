import { ByteReader, type Bytes, type Reading, concat, damaged } from "./byte-reader.js";
import { SconceError } from "../shared/errors.js";
import { type Manifest, parseManifest } from "./manifest.js";

const sectionId = { custom: 0, code: 10, data: 11 } as const;
const lastSection = 12;
const preamble = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const manifestSection = "sconce.manifest";
const relaxedSection = "sconce.relaxed";

/** All of a file before its constants. */
export interface ArtifactHead {
  readonly manifest: Manifest;
  /** The module without custom and data sections: what helper threads instantiate too. */
  readonly code: Bytes;
  /** The same code with relaxed SIMD, where the compiler wrote it. */
  readonly relaxed: Bytes | undefined;
  /** Bytes of the whole file, as its sections say. */
  readonly fileBytes: number;
}

/** Takes a piece of the constants to where it belongs. */
export type WriteConstants = (address: number, bytes: Uint8Array) => void;

/**
 * Reads a compiled model, as its bytes arrive or all at once: first `head`, then `constants`. Nothing is kept but the code, so that weights go
 * from the network's buffers to where the kernels want them; nothing is allocated because a header says so.
 */
export class ArtifactReader {
  readonly #input = new ByteReader();
  #dataEnd: number | undefined;

  /** Goes through a part as its bytes arrive. */
  async arriving<T>(part: Reading<T>, chunks: AsyncIterator<Uint8Array>): Promise<T> {
    for (;;) {
      const { done, value } = part.next();
      if (done === true) return value;
      const next = await chunks.next();
      this.feed(next.done === true ? undefined : next.value);
    }
  }

  /** Gives the next bytes, or tells that there are none. */
  feed(bytes: Uint8Array | undefined): void {
    this.#input.feed(bytes);
  }

  /** @param onManifest told what the file says of itself, as soon as it does */
  *head(onManifest?: (manifest: Manifest) => void): Reading<ArtifactHead> {
    const input = this.#input;
    yield* checkPreamble(input);
    const manifest = yield* this.#manifest();
    onManifest?.(manifest);
    const code: Uint8Array[] = [preamble];
    let relaxed: Bytes | undefined;
    let hasCode = false;
    for (let section = yield* readSection(input); section !== undefined; section = yield* readSection(input)) {
      if (section.id === sectionId.data) {
        this.#dataEnd = section.end;
        break;
      }
      if (section.id === sectionId.custom) {
        const name = yield* input.name(section.end, section.what);
        const bytes = yield* input.bytes(section.end, section.what, name === relaxedSection);
        if (name === relaxedSection) relaxed = bytes;
      } else {
        hasCode ||= section.id === sectionId.code;
        code.push(Uint8Array.of(section.id), leb(section.end - input.offset), yield* input.bytes(section.end, section.what));
      }
    }
    if (!hasCode) throw damaged(`it ends at byte ${input.offset}, before its code`);
    if (this.#dataEnd === undefined && input.offset < manifest.fileBytes) throw damaged(`it ends at byte ${input.offset} of ${manifest.fileBytes}`);
    return { manifest, code: concat(code), relaxed, fileBytes: this.#dataEnd ?? input.offset };
  }

  /** The constants, in the pieces in which they arrive. */
  *constants(manifest: Manifest, write: WriteConstants): Reading<void> {
    const input = this.#input;
    const end = this.#dataEnd;
    if (end === undefined) return;
    const { constantsOffset, constantsEnd } = manifest.memory;
    const what = "the data section";
    const segments = yield* input.u32(end, what);
    for (let segment = 0; segment < segments; segment++) {
      const where = `segment ${segment} of the data section`;
      const head = [yield* input.u32(end, what), yield* input.byte(end, what)];
      const start = yield* input.u32(end, what);
      // Active, i32.const, its number, end.
      if ([...head, yield* input.byte(end, what)].join() !== "0,65,11") throw damaged(`${where} has no constant address`);
      const size = yield* input.u32(end, what);
      if (start < constantsOffset || start + size > constantsEnd || input.offset + size > end) {
        throw damaged(`${where} takes addresses ${start} to ${start + size}, outside of ${constantsOffset} to ${constantsEnd}`);
      }
      let address = start;
      yield* input.each(input.offset + size, what, (bytes) => {
        write(address, bytes);
        address += bytes.length;
      });
    }
    if (input.offset !== end) throw damaged(`the data section should end at byte ${end}, but its segments end at byte ${input.offset}`);
  }

  *#manifest(): Reading<Manifest> {
    const input = this.#input;
    const section = yield* readSection(input);
    const name = section?.id === sectionId.custom ? yield* input.name(section.end, section.what) : undefined;
    if (section === undefined || name !== manifestSection) {
      throw new SconceError("artifact", `the file is WebAssembly, but not a model that sconce compiled: it does not begin with the section ${manifestSection}`);
    }
    return parseManifest(yield* input.bytes(section.end, "the manifest"));
  }
}

interface Section {
  readonly id: number;
  readonly end: number;
  readonly what: string;
}

function* readSection(input: ByteReader): Reading<Section | undefined> {
  if (yield* input.atEnd()) return undefined;
  const id = yield* input.byte(Infinity, "the file");
  if (id > lastSection) throw damaged(`there is no section number ${id} (at byte ${input.offset - 1})`);
  const what = id === sectionId.custom ? "the custom section" : id === sectionId.data ? "the data section" : `section ${id}`;
  const size = yield* input.u32(Infinity, what);
  return { id, end: input.offset + size, what };
}

function* checkPreamble(input: ByteReader): Reading<void> {
  const found = new Uint8Array(preamble.length);
  for (let i = 0; i < found.length; i++) {
    if (yield* input.atEnd()) throw new SconceError("artifact", input.offset === 0 ? "the file is empty" : "the file is not WebAssembly: it ends before its eighth byte");
    found[i] = yield* input.byte(Infinity, "the file");
  }
  if (found.every((byte, i) => byte === preamble[i])) return;
  const text = new TextDecoder("latin1").decode(found);
  const cause = text.trimStart().startsWith("<") ? ": it looks like HTML, as a server sends for an address that it does not know"
    : text.startsWith("PK") ? ": it is a zip, perhaps the PyTorch file itself; `sconce compile` makes the .wasm from it"
    : "";
  throw new SconceError("artifact", `the file is not WebAssembly${cause}`);
}

/** Where the flags of the imported memory's limits lie in a module that is whole in memory: after the import's two names and its kind. */
export function memoryFlagOffset(module: Uint8Array): number {
  const memoryImport = "\x03env\x06memory\x02";
  // The import stands near the beginning, after the function types.
  const at = new TextDecoder("latin1").decode(module.subarray(0, 1 << 16)).indexOf(memoryImport);
  if (at < 0) throw damaged("its code imports no memory");
  return at + memoryImport.length;
}

/** The same module, with its memory shared among threads. */
export function withSharedMemory(module: Bytes): Bytes {
  const patched = module.slice();
  const flag = memoryFlagOffset(module);
  patched[flag] = (patched[flag] ?? 0) | 0x02;
  return patched;
}

/** An unsigned number in WebAssembly's variable-length form. */
function leb(value: number): Uint8Array {
  const bytes: number[] = [];
  do {
    bytes.push((value % 128) | (value >= 128 ? 0x80 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return Uint8Array.from(bytes);
}
