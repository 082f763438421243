import { type Condition, isCondition } from "../shared/conditions.js";
import { type Dim, isDim } from "../shared/dims.js";
import { SconceError, suggestion } from "../shared/errors.js";
import { type DType, isDType } from "../shared/tensor.js";
import { version } from "../shared/version.js";

/** An input or an output as the file describes it. */
export interface Port {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** A symbol is learnt from one dimension of one input, or from the integer that an input without dimensions is: it is `scale * symbol + offset`. */
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
  /** How often its loops turn, of a step that has any. */
  readonly turns?: Dim | undefined;
}

/** What ends a run: an index out of range, say. `{value}` and `{limit}` in the message stand for numbers that the run finds. */
export interface FaultInfo {
  readonly operator: string;
  readonly message: string;
  readonly source: string | undefined;
}

/** What sizes must meet beyond the symbols' ranges: a guard of PyTorch's, or what an operator needs. */
export interface SizeCheck {
  readonly condition: Condition;
  /** The condition as people read it. */
  readonly text: string;
  readonly why: string;
  readonly source: string | undefined;
}

/** A file of weights: its SHA-256, which is its name too; its bytes; and where they go. */
export interface ShardInfo {
  readonly sha256: string;
  readonly bytes: number;
  readonly addresses: readonly number[];
}

/** What is said of each of a model's methods: of the main one by the manifest itself, of others under their names. */
export interface Method {
  /** Byte offsets of the tables from the start of a context, and the size of all before its buffers; the tail is for what has no bound. */
  readonly context: { readonly symbols: number; readonly inputs: number; readonly outputs: number; readonly header: number; readonly tail?: number };
  readonly symbols: readonly SymbolInfo[];
  /** Symbols that a run finds, turns of loops among them: their values stand behind those of `symbols`. */
  readonly found?: readonly { readonly name: string }[] | undefined;
  readonly checks: readonly SizeCheck[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly steps: readonly StepInfo[];
  readonly faults: readonly FaultInfo[];
  readonly multiplyAdds: Dim;
  readonly arena: Dim;
  readonly threadArena: Dim;
}

/** What the compiler wrote into the section `sconce.manifest`. */
export interface Manifest extends Method {
  /** The method's, where this is what `methodOf` gives of another than the main one. */
  readonly name?: string;
  /** 4 where there are shards. */
  readonly format: 3 | 4;
  readonly compiler: string;
  /** Bytes of the whole file. */
  readonly fileBytes: number;
  /** The files that the weights are in, where they are not in this one. */
  readonly shards?: readonly ShardInfo[] | undefined;
  readonly source: { readonly name: string; readonly sha256: string };
  readonly memory: { readonly constantsOffset: number; readonly constantsEnd: number; readonly minPages: number };
  /** Where it draws random numbers: then a context's header ends with their seed, an i64, and an i32 that each run makes another. */
  readonly random?: boolean | undefined;
  /** Where a context keeps something from one run to the next. */
  readonly state?: boolean | undefined;
  /** Those beside the main one. */
  readonly methods?: readonly (Method & { readonly name: string })[] | undefined;
  /** Error number of `run` to what it means. */
  readonly errors: Readonly<Record<string, string>>;
  readonly parameters: number;
}

const maximumAddress = 2 ** 32;

/** Throws where a value is not what belongs at this place. */
type Check = (value: unknown, path: string) => void;

const text: Check = (value, path) => {
  if (typeof value !== "string") throw expected("a string", value, path);
};

const integer = (min: number, max = Number.MAX_SAFE_INTEGER): Check => (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) throw expected(`an integer from ${min} to ${max}`, value, path);
};

const list = (item: Check): Check => (value, path) => {
  if (!Array.isArray(value)) throw expected("a list", value, path);
  value.forEach((entry, index) => item(entry, `${path}[${index}]`));
};

const fields = (checks: Readonly<Record<string, Check>>): Check => (value, path) => {
  if (!isRecord(value)) throw expected("an object", value, path);
  for (const name of Object.keys(checks)) checks[name]?.(value[name], path === "" ? name : `${path}.${name}`);
};

const texts: Check = (value, path) => fields(Object.fromEntries(Object.keys(value ?? {}).map((name) => [name, text])))(value, path);

const dim: Check = (value, path) => {
  if (!isDim(value)) throw expected("a dimension: an integer, a symbol, or [operator, a, b]", value, path);
};

const condition: Check = (value, path) => {
  if (!isCondition(value)) throw expected("a condition: [comparison, a, b], or two conditions after \"and\" or \"or\"", value, path);
};

const dtype: Check = (value, path) => {
  if (!isDType(value)) throw invalid(`${path} is ${JSON.stringify(value)}, which this runtime does not know`);
};

const optional = (check: Check): Check => (value, path) => value === undefined || check(value, path);
const anyInteger = integer(Number.MIN_SAFE_INTEGER);
const address = integer(0, maximumAddress);
const ports = list(fields({ name: text, dtype, shape: list(dim) }));

const digest: Check = (value, path) => {
  if (!/^[0-9a-f]{64}$/.test(String(value))) throw expected("a SHA-256 in hexadecimal", value, path);
};

const methodFields = {
  context: fields({ header: integer(64, maximumAddress) }),
  inputs: ports,
  outputs: ports,
  symbols: list(fields({ name: text, min: anyInteger, scale: anyInteger, offset: anyInteger })),
  found: optional(list(fields({ name: text }))),
  checks: list(fields({ condition, text, why: text, source: optional(text) })),
  steps: list(fields({ name: text, operator: text, kernel: text, flops: dim, bytes: dim, source: optional(text), turns: optional(dim) })),
  faults: list(fields({ operator: text, message: text, source: optional(text) })),
  multiplyAdds: dim,
  arena: dim,
  threadArena: dim,
};

const manifestFields = fields({
  memory: fields({ constantsOffset: address, minPages: integer(0, 65536) }),
  ...methodFields,
  methods: optional(list(fields({ name: text, ...methodFields }))),
  compiler: text,
  fileBytes: integer(0),
  shards: optional(list(fields({ sha256: digest, bytes: integer(1, maximumAddress), addresses: list(address) }))),
  source: fields({ name: text, sha256: text }),
  errors: texts,
  parameters: integer(0),
});

/** Reads the manifest and checks all of it: what a file says is trusted by nobody after this. */
export function parseManifest(bytes: Uint8Array): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw invalid("it is not JSON");
  }
  fields({ format: integer(0) })(json, "");
  const manifest = json as Manifest;
  const { format, compiler, memory, context, methods = [], shards } = manifest;
  if (format !== (shards === undefined ? 3 : 4)) {
    const writer = typeof compiler === "string" ? `, written by ${compiler as string}` : "";
    const remedy = format > 4 ? "install a newer runtime" : "compile the model again";
    throw new SconceError("artifact", `the file has format ${String(format)}${writer}; this runtime is sconce ${version} and reads formats 3 and 4: ${remedy}`);
  }
  manifestFields(json, "");
  integer(memory.constantsOffset, maximumAddress)(memory.constantsEnd, "memory.constantsEnd");
  shards?.forEach(({ bytes, addresses }, index) =>
    list(integer(memory.constantsOffset, memory.constantsEnd - bytes))(addresses, `shards[${index}].addresses`));
  for (const method of [manifest, ...methods]) checkMethod(method, context.header);
  unique("methods", methods);
  return manifest;
}

function checkMethod({ context, inputs, outputs, symbols, found = [] }: Method, header: number): void {
  const table = (items: readonly unknown[]) => integer(64, header - 4 * items.length);
  fields({ header: integer(header, header), symbols: table([...symbols, ...found]), inputs: table(inputs), outputs: table(outputs), tail: optional(table([0, 0])) })(context, "context");
  symbols.forEach(({ input, min, max, scale }, index) => {
    // First, for what follows looks there.
    integer(0, inputs.length - 1)(input, `symbols[${index}].input`);
    fields({
      dim: integer(0, Math.max((inputs[input]?.shape.length ?? 0) - 1, 0)),
      max: max === null ? () => {} : integer(min),
      scale: scale === 0 ? integer(1) : anyInteger,
    })(symbols[index], `symbols[${index}]`);
  });
  unique("symbols", [...symbols, ...found]);
  unique("inputs", inputs);
  unique("outputs", outputs);
}

function unique(what: string, items: readonly { readonly name: string }[]): void {
  if (new Set(items.map(({ name }) => name)).size < items.length) throw invalid(`two of its ${what} have one name`);
}

/** The manifest as it is for one of the model's methods: all that a run of it asks for. */
export function methodOf(manifest: Manifest, name: string | undefined): Manifest {
  if (name === undefined) return manifest;
  const { methods = [] } = manifest;
  const method = methods.find((method) => method.name === name);
  if (method !== undefined) return { ...manifest, ...method };
  const names = methods.map(({ name }) => name);
  throw new SconceError("input", `the model has no method ${JSON.stringify(name)}${suggestion(name, names)}: ${names.join(", ") || "it was compiled without --method"}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function expected(what: string, value: unknown, path: string): SconceError {
  return invalid(`${path || "its root"} should be ${what}, but is ${(JSON.stringify(value) ?? "nothing").slice(0, 60)}`);
}

function invalid(what: string): SconceError {
  return new SconceError("artifact", `the file's manifest is damaged: ${what}`);
}
