import type { InputCode } from "./inputs/source.js";

/** What a page that runs this model has in it, with the inputs as they are chosen now. */
export function pageCode(file: string, inputs: readonly { readonly name: string; readonly code: InputCode }[], outputs: readonly string[]): string {
  const imports = new Map<string, Set<string>>([["sconce", new Set(["load"])]]);
  for (const { code } of inputs) for (const [from, name] of Object.entries(code.imports)) imports.set(from, (imports.get(from) ?? new Set()).add(name));
  const before = [...new Set(inputs.flatMap(({ code }) => code.before ?? []))];
  const named = inputs.map(({ name, code }) => `  ${key(name)}: ${code.expression},`);
  return [
    ...[...imports].map(([from, names]) => `import { ${[...names].join(", ")} } from ${JSON.stringify(from)};`), "",
    `const model = await load(${JSON.stringify(file)});`, ...before,
    ...(named.length === 0 ? ["const outputs = await model.run({});"] : ["const outputs = await model.run({", ...named, "});"]),
    ...outputs.map((name) => `console.log(outputs${isName(name) ? `.${name}` : `[${JSON.stringify(name)}]`});`), "",
  ].join("\n");
}

const isName = (name: string) => /^[A-Za-z_$][\w$]*$/.test(name);

const key = (name: string) => (isName(name) ? name : JSON.stringify(name));
