// docs/operators.md, made of the compiler's own table (`sconce ops`) and of what proves it (proof/*.txt): node tests/conformance/document.mjs writes it.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const sconce = (...args) => JSON.parse(execFileSync("./sconce", args, { cwd: root, encoding: "utf8", maxBuffer: 1e8 }));

/** Of each operator: how many samples prove it by dtype, how many of our own cases, and the kinds of steps that it became in any of them. */
function readProof() {
  const proof = new Map();
  for (const file of readdirSync(join(here, "proof")).sort()) {
    for (const line of readFileSync(join(here, "proof", file), "utf8").split("\n").filter((text) => text !== "" && !text.startsWith("#"))) {
      const [name, count, kinds] = line.split("\t");
      const of = proof.get(name) ?? { counts: new Map(), kinds: new Set() };
      proof.set(name, of);
      of.counts.set(file.replace(".txt", ""), Number(count));
      for (const kind of kinds === "" ? [] : kinds.split(", ")) of.kinds.add(kind);
    }
  }
  return proof;
}

const order = ["float32", "float16", "bfloat16", "complex64", "int64", "uint8", "bool"];

function row({ name, types }, proof) {
  const of = proof.get(name);
  const counts = order.filter((dtype) => of?.counts.has(dtype)).map((dtype) => `${of.counts.get(dtype)} ${dtype}`);
  const lowered = of === undefined ? "" : of.kinds.size === 0 ? "no step" : [...of.kinds].sort().join(", ");
  return `| \`${name}\` | ${types} | ${lowered} | ${counts.join(", ")} | ${of?.counts.get("models") ?? ""} |`;
}

/** The whole page. */
export function document() {
  const [operators, missing, proof] = [sconce("ops", "--json"), sconce("ops", "--missing", "--json"), readProof()];
  const families = [...new Set(operators.map((op) => op.family))];
  const reasons = [...new Set(missing.map((op) => op.reason))];
  const proven = operators.filter((op) => [...(proof.get(op.name)?.counts.keys() ?? [])].length > 0).length;
  return `# Operators

Written by \`node tests/conformance/document.mjs\` from the compiler's table and from what its tests hold; not by hand.

${operators.length} operators, each overload counted. *Samples* are calls that PyTorch tests its own operators with: so many, by dtype, are programs that hold the operator, and agree with PyTorch's numbers
([how they are judged](../tests/conformance/README.md)). *Cases* are programs of [our own](../tests/models/README.md), compared in the same way. ${proven} of the operators occur in one or the other. The rest are
mostly other names, and overloads for sizes and numbers alone.

*Lowered to* says which kinds of steps the operator became in these programs, before any pass: *map* (an expression for each element), *reduce*, *scan*, *scatter*, *sort*, *contract* (a product of matrices), *convolve*,
*attend*, *transform* (Fourier), *matrix kernel* (factorisations), *check* (of values, while it runs), *region* (steps that run again, or not at all), *view* (elements moved: other steps read them where they lie, by computed indices).
Where there are several, the operator is decomposed into them. *No step*: it only gives a size, or another name to what is there. Chains of these steps become one later, by [the passes](architecture.md).

${families.map((family) => `## ${family}

| operator | element types | lowered to | samples | cases |
|---|---|---|---|--:|
${operators.filter((op) => op.family === family).sort((a, b) => (a.name < b.name ? -1 : 1)).map((op) => row(op, proof)).join("\n")}`).join("\n\n")}

## What is missing

Of PyTorch's own list (ATen's native functions and torchvision's operators, without forms in place and with \`out=\`) ${missing.length} are missing, ${missing.filter((op) => op.core).length} of them of Core ATen; \`sconce ops --missing\` names them.

| reason | operators | of Core ATen |
|---|--:|---|
${reasons.map((reason) => {
    const of = missing.filter((op) => op.reason === reason);
    return `| ${reason} | ${of.length} | ${of.filter((op) => op.core).map((op) => `\`${op.name}\``).join(", ")} |`;
  }).join("\n")}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, "docs/operators.md"), document());
