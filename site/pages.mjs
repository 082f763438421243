// The pages of the site, in the order in which a person needs them: one list, of which the side bar, the links between pages and llms.txt are made.
// A page is written in docs/, or is what another file of the repository says: all of it, or the sections that are named.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../", import.meta.url));

/** Where the site is on its host: "/" or, as on GitHub Pages, "/sconce/". */
export const base = process.env.SITE_BASE ?? "/";

/** @typedef {{ path: string, title: string, about: string, from?: string, sections?: string[] }} Page */

/** @type {{ title: string, pages: Page[] }[]} */
export const groups = [
  {
    title: "Begin",
    pages: [
      { path: "start", title: "Start", about: "See it in 60 seconds, install it, and bring a first model to a page" },
      { path: "export", title: "Export", about: "What to write in Python: open sizes, state, several inputs, what to cut off, how to check" },
      { path: "frameworks", title: "Frameworks", about: "React, Next, Vue, Svelte, Vite, webpack, Node, workers, extensions: what each one takes" },
      { path: "examples", title: "Examples", from: "examples/README.md", about: "Whole pages: eight hosts, and models that see, hear, write and search" },
    ],
  },
  {
    title: "From the world to tensors",
    pages: [
      { path: "pictures", title: "Pictures and camera", about: "Pictures, video frames and boxes to tensors and back, as torchvision makes them" },
      { path: "sound", title: "Sound", about: "Files and microphones at the model's rate, spectrograms as torchaudio's and Whisper's" },
      { path: "text", title: "Text", about: "Tokens, masks, sentence embeddings, and generation step by step" },
    ],
  },
  {
    title: "To your users",
    pages: [
      { path: "deploy", title: "Deploy", about: "Headers for a dozen hosts, GitHub Pages, caching, compression, content security policy, offline" },
      { path: "threads", title: "Threads and memory", about: "When there are threads and why there are none, what a phone allows, how much memory a model takes" },
      { path: "troubleshooting", title: "When something is wrong", about: "By error code and by symptom; numbers that differ from Python; slow runs" },
    ],
  },
  {
    title: "More ways to use it",
    pages: [
      { path: "quantisation", title: "Fewer bits", about: "Weights of 8 and 4 bits, and models that Python quantised" },
      { path: "torchscript", title: "TorchScript", about: "Files of torch.jit.save: what their inputs are like, methods beside forward, what is refused" },
      { path: "sizes", title: "Sizes", about: "Which sizes a model with dynamic shapes accepts" },
      { path: "compiling-in-a-tab", title: "The compiler in a tab", about: "Compile a model file that a visitor drops on a page, without a server" },
      { path: "wasi-nn", title: "WASI-NN", about: "Programs in Rust, C and other languages that ask their host to run a model" },
      { path: "comparison", title: "Comparison", about: "onnxruntime-web, LiteRT.js, transformers.js, TensorFlow.js, wllama: what each has, and when to take it" },
    ],
  },
  {
    title: "Reference",
    pages: [
      { path: "reference/sconce", title: "The runtime", from: "web/runtime/README.md", about: "The npm package sconce: load, run, options, errors" },
      { path: "reference/api/index", title: "API", about: "Every exported name of the npm packages, from their types" },
      { path: "reference/compiler", title: "The compiler", from: "web/compiler/README.md", about: "The npm package sconce-compiler, for Node and browsers" },
      { path: "reference/vite-plugin", title: "The Vite plugin", from: "web/vite-plugin/README.md", about: "Models as imports in Vite, Rollup and esbuild" },
      { path: "reference/python", title: "The Python package", from: "python/README.md", about: "Compile and check where the model is made" },
      { path: "reference/dotnet", title: "The .NET library", from: "src/Sconce.Compiler/README.md", about: "The compiler as a .NET library" },
      { path: "reference/wasi-nn", title: "The WASI-NN package", from: "web/wasi-nn/README.md", about: "The npm package sconce-wasi-nn" },
      { path: "reference/tour", title: "The command line, by example", from: "README.md", sections: ["The command line"], about: "Sessions with each command" },
      { path: "reference/commands", title: "Commands and options", about: "Every command and option, from the tool's own help" },
      { path: "reference/supported", title: "What is supported", from: "README.md", sections: ["What is supported", "Limits"], about: "Files, engines, operators, and the limits" },
      { path: "operators", title: "Operators", about: "Every ATen operator that compiles, how, and how it is tested" },
    ],
  },
  {
    title: "How it works",
    pages: [
      { path: "architecture", title: "Architecture", about: "The compiler's and the runtime's folders, the passes, and the life of one model" },
      { path: "artifact", title: "The file", about: "The format of the compiled .wasm, and its plan of memory" },
      { path: "untrusted", title: "Untrusted files", about: "What a model file may cost, and what is refused" },
      { path: "reference/speed", title: "Speed", from: "README.md", sections: ["Speed"], about: "Measured beside onnxruntime-web and native PyTorch" },
      { path: "decisions/index", title: "Decisions", about: "Why it is so: one page for each decision that others would question" },
      { path: "changelog", title: "Changes", from: "CHANGELOG.md", about: "What is new in each version" },
    ],
  },
];

/** Each has a page of its own, and none in the side bar. */
export const decisions = readdirSync(`${root}docs/decisions`).filter((name) => name.endsWith(".md")).map((name) => ({
  path: `decisions/${name.slice(0, -".md".length)}`,
  title: /^# (.*)$/m.exec(readFileSync(`${root}docs/decisions/${name}`, "utf8"))[1],
  about: "A decision, and what speaks for it",
}));

/** @type {Page[]} */
export const pages = [...groups.flatMap((group) => group.pages), ...decisions];

const written = new Set(["reference/commands", "reference/api/index", "decisions/index"]);

/** The file of the repository that a page is made of; undefined where the build writes it. */
export const sourceOf = ({ path, from }) => from ?? (written.has(path) ? undefined : `docs/${path}.md`);
