import { type Dim, isDimOperator } from "./dims.js";
import { SconceError } from "./errors.js";
import { type DType, isDType } from "./tensor.js";

/** An input or an output as the file describes it. */
export interface Port {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** A symbol is learnt from one dimension of one input, which is `scale * symbol + offset`. */
export interface SymbolInfo {
  readonly name: string;
  readonly min: number;
  readonly max: number | null;
  readonly input: number;
  readonly dim: number;
  readonly scale: number;
  readonly offset: number;
}

/** One step of a run; flops and bytes are what it costs, the source the line of Python, where it is known. */
export interface StepInfo {
  readonly name: string;
  readonly operator: string;
  readonly kernel: string;
  readonly flops: Dim;
  readonly bytes: Dim;
  readonly source: string | undefined;
}

/** What the compiler wrote into the section `sconce.manifest`. */
export interface Manifest {
  readonly format: 1;
  readonly compiler: string;
  readonly source: { readonly name: string; readonly sha256: string };
  readonly memory: { readonly constantsOffset: number; readonly constantsEnd: number; readonly minPages: number };
  /** Byte offsets of the tables from the start of a context, and the size of all before its buffers. */
  readonly context: { readonly symbols: number; readonly inputs: number; readonly outputs: number; readonly header: number };
  readonly symbols: readonly SymbolInfo[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly steps: readonly StepInfo[];
  /** Error number of `run` to what it means. */
  readonly errors: Readonly<Record<string, string>>;
  readonly parameters: number;
  readonly multiplyAdds: Dim;
  readonly arena: Dim;
}

const maximumAddress = 2 ** 32;
const maximumRank = 64;
const maximumDimDepth = 64;

/** Reads the manifest and checks all of it: what a file says is trusted by nobody after this. */
export function parseManifest(bytes: Uint8Array): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw invalid("it is not JSON");
  }
  const root = new Node("", json);
  const format = root.get("format").integer(0);
  if (format !== 1) {
    throw new SconceError("artifact", `the file has format ${format}, this runtime reads format 1: use versions of compiler and runtime that belong together`);
  }
  const memory = root.get("memory");
  const constantsOffset = memory.get("constantsOffset").integer(0, maximumAddress);
  const context = root.get("context");
  const header = context.get("header").integer(64, maximumAddress);
  const inputs = root.get("inputs").list(port);
  const symbols = root.get("symbols").list((node) => symbol(node, inputs));
  const outputs = root.get("outputs").list(port);
  const table = (name: string, count: number) => context.get(name).integer(64, header - 4 * count);
  return {
    format,
    compiler: root.get("compiler").string(),
    source: { name: root.get("source").get("name").string(), sha256: root.get("source").get("sha256").string() },
    memory: {
      constantsOffset,
      constantsEnd: memory.get("constantsEnd").integer(constantsOffset, maximumAddress),
      minPages: memory.get("minPages").integer(0, 65536),
    },
    context: {
      symbols: table("symbols", symbols.length),
      inputs: table("inputs", inputs.length),
      outputs: table("outputs", outputs.length),
      header,
    },
    symbols,
    inputs,
    outputs,
    steps: root.get("steps").list((node) => ({
      name: node.get("name").string(),
      operator: node.get("operator").string(),
      kernel: node.get("kernel").string(),
      flops: node.get("flops").dim(),
      bytes: node.get("bytes").dim(),
      source: node.get("source").optionalString(),
    })),
    errors: root.get("errors").strings(),
    parameters: root.get("parameters").integer(0),
    multiplyAdds: root.get("multiplyAdds").dim(),
    arena: root.get("arena").dim(),
  };
}

function port(node: Node): Port {
  const dtype = node.get("dtype").string();
  if (!isDType(dtype)) throw invalid(`${node.path}.dtype is ${JSON.stringify(dtype)}, which this runtime does not know`);
  const shape = node.get("shape").list((dim) => dim.dim());
  if (shape.length > maximumRank) throw invalid(`${node.path}.shape has ${shape.length} dimensions, at most ${maximumRank} are expected`);
  return { name: node.get("name").string(), dtype, shape };
}

function symbol(node: Node, inputs: readonly Port[]): SymbolInfo {
  const min = node.get("min").integer(0);
  const max = node.get("max");
  const input = node.get("input").integer(0, inputs.length - 1);
  return {
    name: node.get("name").string(),
    min,
    max: max.value === null ? null : max.integer(min),
    input,
    dim: node.get("dim").integer(0, (inputs[input]?.shape.length ?? 0) - 1),
    scale: nonzero(node.get("scale")),
    offset: node.get("offset").integer(Number.MIN_SAFE_INTEGER),
  };
}

function nonzero(node: Node): number {
  const value = node.integer(Number.MIN_SAFE_INTEGER);
  if (value === 0) throw invalid(`${node.path} is 0`);
  return value;
}

/** A value of the manifest with the way to it, so that an error can say where. */
class Node {
  readonly path: string;
  readonly value: unknown;

  constructor(path: string, value: unknown) {
    this.path = path;
    this.value = value;
  }

  get(name: string): Node {
    if (!isRecord(this.value)) throw this.expected("an object");
    return new Node(this.path === "" ? name : `${this.path}.${name}`, this.value[name]);
  }

  list<T>(read: (node: Node) => T): T[] {
    if (!Array.isArray(this.value)) throw this.expected("a list");
    return this.value.map((item: unknown, index) => read(new Node(`${this.path}[${index}]`, item)));
  }

  string(): string {
    if (typeof this.value !== "string") throw this.expected("a string");
    return this.value;
  }

  optionalString(): string | undefined {
    return this.value === undefined ? undefined : this.string();
  }

  integer(min: number, max = Number.MAX_SAFE_INTEGER): number {
    if (typeof this.value !== "number" || !Number.isSafeInteger(this.value) || this.value < min || this.value > max) {
      throw this.expected(`an integer from ${min} to ${max}`);
    }
    return this.value;
  }

  strings(): Record<string, string> {
    if (!isRecord(this.value)) throw this.expected("an object");
    return Object.fromEntries(Object.keys(this.value).map((key) => [key, this.get(key).string()]));
  }

  dim(depth = 0): Dim {
    if (typeof this.value === "number") return this.integer(Number.MIN_SAFE_INTEGER);
    if (typeof this.value === "string") return this.value;
    const parts: unknown = this.value;
    if (!Array.isArray(parts) || parts.length !== 3 || depth > maximumDimDepth || !isDimOperator(parts[0])) {
      throw this.expected("a dimension: an integer, a symbol, or [operator, a, b]");
    }
    return [parts[0], new Node(this.path, parts[1]).dim(depth + 1), new Node(this.path, parts[2]).dim(depth + 1)];
  }

  private expected(what: string): SconceError {
    const text = JSON.stringify(this.value) ?? "nothing";
    return invalid(`${this.path || "its root"} should be ${what}, but is ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(what: string): SconceError {
  return new SconceError("artifact", `the file's manifest is damaged: ${what}`);
}
