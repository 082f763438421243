// Uses the playground's view of WASI programs as a visitor would, in a frame, and looks at what it shows.
import { check, finish, later, same, test, until } from "./harness.js";

const frame = document.getElementById("playground");
await new Promise((resolve) => {
  frame.onload = resolve;
  frame.src = "../playground/index.html";
});
const { contentDocument: page, contentWindow: view } = frame;
view.location.hash = "#program";
const element = (id) => page.getElementById(id);
const text = (id) => element(id).textContent;
const isRunning = () => !element("stop").hidden;
const pictures = await (await fetch("../given/pictures.json")).json();
const bytes = async (path) => new Uint8Array(await (await fetch(`../${path}`)).arrayBuffer());

/** What stands behind the page's links: a policy forbids to fetch it, but not to save it. */
const blobs = new Map();
const { createObjectURL } = view.URL;
view.URL.createObjectURL = (blob) => {
  const address = createObjectURL.call(view.URL, blob);
  blobs.set(address, blob);
  return address;
};

/** Gives files to one of the page's choosers. */
async function choose(chooser, files) {
  const transfer = new view.DataTransfer();
  for (const [name, content] of Object.entries(files)) transfer.items.add(new view.File([content], name));
  element(chooser).files = transfer.files;
  element(chooser).dispatchEvent(new view.Event("change"));
  await later(300);
}

async function run(line) {
  element("arguments").value = line;
  element("run").click();
  await ended();
}

async function ended() {
  check(await until(() => !isRunning() && /exit code \d+, after|did not end/.test(text("terminal") + text("exit-detail"))), `it still runs: ${text("terminal")}`);
  await later(50);
}

test("nothing runs without a guest or a model, and the button says so", async () => {
  same([element("run").disabled, isRunning()], [true, false], "buttons");
  check(/Run waits for a guest or a model/.test(text("obstacle")), text("obstacle"));
});

test("a model alone runs on random inputs, of whatever size is asked for", async () => {
  await choose("choose-files", { "digits.wasm": await bytes("playground/digits.wasm") });
  same([element("run").disabled, text("obstacle"), element("alone").hidden], [false, "", false], "what the page offers");
  for (const [line, count] of [["", 1], ["s40=3", 3]]) {
    element("arguments").value = line;
    element("run").click();
    check(await until(() => !isRunning() && /done, after/.test(text("terminal")), 30_000), text("terminal"));
    check(text("terminal").includes(`image  float32 [${count}, 1, 28, 28], of [s40, 1, 28, 28]`), text("terminal"));
    check(new RegExp(`probabilities  float32 \\[${count}, 10\\]  [\\d.e-]+ [\\d.e-]+ `).test(text("terminal")), text("terminal"));
  }
  element("arguments").value = "n=3";
  element("run").click();
  check(await until(() => /n=3 is no size of the model.*it leaves open s40/.test(text("terminal")), 30_000), text("terminal"));
  for (const remove of element("models").querySelectorAll("button")) remove.click();
  element("arguments").value = "";
  same(element("run").disabled, true, "the button without the model");
});

test("a split model runs when the files of its weights are there, and says which are missing", async () => {
  const { files } = await (await fetch("../given/split.json")).json();
  const weights = Object.fromEntries(await Promise.all(files.map(async (name) => [name, await bytes(`given/weights/${name}`)])));
  await choose("choose-files", { "split.wasm": await bytes("given/split.wasm") });
  same([element("run").disabled, /Run waits for the weights of split/.test(text("obstacle"))], [true, true], "the button");
  check(text("terminal").includes(`${files.length} of ${files.length} are missing`), text("terminal"));
  const [first] = files;
  await choose("choose-files", { [first]: weights[first] });
  check(text("terminal").includes(`${files.length - 1} of ${files.length} are missing`), text("terminal"));
  same(files.slice(1).filter((name) => text("terminal").includes(`weights/${name}`)).length, 4, "files that are named");
  await choose("choose-files", weights);
  same([element("run").disabled, text("obstacle"), element("folder").children.length], [false, "", 0], "with its weights");
  check(/kB \+ \d+ kB/.test(text("models")), text("models"));
  same(element("arguments").placeholder, "sizes, such as s40=2", "what may be written");
  element("run").click();
  check(await until(() => !isRunning() && /done, after/.test(text("terminal")), 30_000), text("terminal"));
  check(/probabilities  float32 \[1, 10\]  [\d.e-]+ [\d.e-]+ /.test(text("terminal")), text("terminal"));
  for (const remove of element("models").querySelectorAll("button")) remove.click();
});

test("PyTorch's own file is compiled in the tab, runs, and can be saved", async () => {
  await choose("choose-files", { "mine.pt2": await bytes("given/digits.pt2") });
  check(isRunning() || /done, after/.test(text("terminal")), "it can be stopped");
  check(await until(() => !isRunning() && /done, after/.test(text("terminal")), 250_000), text("terminal") + text("obstacle"));
  check(/probabilities  float32 \[1, 10\]  [\d.e-]+ [\d.e-]+ /.test(text("terminal")), text("terminal"));
  const link = element("models").querySelector("a");
  same(link.download, "mine.wasm", "the link");
  const [made, wanted] = [new Uint8Array(await blobs.get(link.href).arrayBuffer()), await bytes("given/mine.wasm")];
  same(made.length, wanted.length, "bytes");
  check(made.every((byte, i) => byte === wanted[i]), "they are the command line's");
  check(await until(() => /^\d of \d runs agree$/.test(text("proof")), 250_000), `${text("proof")} ${text("proof-detail")}`);
  // On a machine that is busy fewer are evaluated, and the note says so.
  check(await until(() => /mine\.pt2 is proven: compared with the reference evaluator on \d random ones?; [^\n]*difference at most /.test(text("terminal"))), text("terminal"));
  same(element("proof").className, "good", "it is green");
  for (const remove of element("models").querySelectorAll("button")) remove.click();
});

test("what is no model after all is told in the compiler's words", async () => {
  await choose("choose-files", { "resnet.pt2": Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0) });
  check(await until(() => !isRunning() && /where: resnet\.pt2/.test(text("terminal"))), text("terminal"));
  same([element("folder").children.length, element("models").children.length], [0, 0], "files in the lists");
});

test("TorchScript without shapes asks for what its inputs are like", async () => {
  await choose("choose-files", { "affine.pt": await bytes("given/affine.pt") });
  check(await until(() => !isRunning() && text("prompt") === "inputs"), text("terminal"));
  element("arguments").value = "x=3x5";
  element("run").click();
  check(await until(() => !isRunning() && /done, after/.test(text("terminal"))), text("terminal"));
  check(/x  float32 \[3, 5\]/.test(text("terminal")), text("terminal"));
  for (const remove of element("models").querySelectorAll("button")) remove.click();
});

test("the sample runs at one click, and gives PyTorch's numbers", async () => {
  element("sample").click();
  check(await until(() => /exit code/.test(text("terminal"))), text("terminal"));
  const { digit, probabilities } = pictures["three.pgm"];
  check(text("terminal").includes(`this is a ${digit}\n`), text("terminal"));
  for (const [index, value] of probabilities.entries()) {
    const shown = new RegExp(`^${index} (\\d\\.\\d{3})`, "m").exec(text("terminal"));
    check(Math.abs(Number(shown?.[1]) - value) <= 0.0015, `${index}: expected ${value}, shown ${shown?.[1]}`);
  }
  same(text("exit"), "0", "exit code");
  check(/ms$/.test(text("compute")) && /ms$/.test(text("ready")), `times: ${text("compute")}, ${text("ready")}`);
  same(Array.from(element("calls").rows, ({ cells }) => cells[0].textContent), ["load_by_name", "init_execution_context", "set_input", "compute", "get_output"], "calls");
});

test("another argument gives another answer", async () => {
  await run("four.pgm");
  check(text("terminal").includes(`this is a ${pictures["four.pgm"].digit}\n`), text("terminal"));
});

test("an error that the guest learns as a number is shown with its text", async () => {
  await run("four.pgm letters");
  check(/load_by_name: error 8 \(not-found\): there is no graph "letters": the host knows "digits"/.test(text("terminal")), text("terminal"));
  check(text("exit") !== "0", `exit code ${text("exit")}`);
});

test("a guest of one's own, a model in the folder, and the file that it writes", async () => {
  await choose("choose-files", { "mine.wasm": await bytes("given/guest.wasm"), "digits.in": await bytes("given/digits.in") });
  await choose("choose-entries", { "model.pt": await bytes("playground/digits.wasm") });
  await run("@model.pt digits.in 'the result'");
  check(/computed/.test(text("terminal")), text("terminal"));
  const [link] = element("written").querySelectorAll("a");
  same([link.textContent, link.download], ["the result", "the result"], "the link");
  const wanted = new Float32Array((await bytes("given/digits.out")).buffer);
  const got = new Float32Array(await blobs.get(link.href).arrayBuffer());
  same(got.length, wanted.length, "numbers");
  wanted.forEach((value, i) => check(Math.abs(got[i] - value) <= 1e-5 + 1e-4 * Math.abs(value), `number ${i}: expected ${value}, got ${got[i]}`));
});

test("a compiled model in the guest's place, and two files of one name, are refused", async () => {
  await choose("choose-models", { "text.wasm": new TextEncoder().encode("none") });
  await until(() => /no compiled model/.test(text("terminal")));
  check(/text\.wasm is no compiled model: make one with sconce compile/.test(text("terminal")), text("terminal"));
  const [first, second] = element("folder").querySelectorAll("input");
  const name = second.value;
  second.value = first.value;
  element("run").click();
  await until(() => /is there twice/.test(text("terminal")));
  check(/is there twice/.test(text("terminal")), text("terminal"));
  same(isRunning(), false, "runs");
  second.value = name;
});

test("a guest that goes on for ever leaves the page alive, and is stopped", async () => {
  await choose("choose-files", { "endless.wasm": await bytes("given/endless.wasm") });
  element("arguments").value = "";
  element("run").click();
  check(await until(() => /begun/.test(text("terminal"))), text("terminal"));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  const lively = await until(() => ticks >= 10);
  clearInterval(timer);
  check(isRunning() && lively, `${ticks} ticks`);
  element("stop").click();
  check(await until(() => /stopped/.test(text("terminal"))), text("terminal"));
  same([isRunning(), text("exit-detail")], [false, "did not end by itself"], "what it shows");
});

test("after that the sample runs again", async () => {
  element("sample").click();
  check(await until(() => /this is a 3\n/.test(text("terminal"))), text("terminal"));
});

test("a guest computes with a split model: in the list, and in its folder", async () => {
  const wanted = new Float32Array((await bytes("given/digits.out")).buffer);
  await choose("choose-files", { "mine.wasm": await bytes("given/guest.wasm"), "digits.in": await bytes("given/digits.in"), "net.wasm": await bytes("given/split.wasm") });
  await choose("choose-entries", { "model.pt": await bytes("given/split.wasm") });
  for (const [graph, path] of [["net", "by name"], ["@model.pt", "by bytes"]]) {
    await run(`${graph} digits.in '${path}'`);
    const link = [...element("written").querySelectorAll("a")].find(({ textContent }) => textContent === path);
    const got = new Float32Array(await blobs.get(link.href).arrayBuffer());
    same(got.length, wanted.length, "numbers");
    wanted.forEach((value, i) => check(Math.abs(got[i] - value) <= 1e-5 + 1e-4 * Math.abs(value), `number ${i}: expected ${value}, got ${got[i]}`));
  }
  for (const id of ["models", "folder"]) for (const remove of element(id).querySelectorAll("button")) remove.click();
});

test("nothing is wider than the page", async () => {
  const { scrollWidth, clientWidth } = page.documentElement;
  check(scrollWidth <= clientWidth, `${scrollWidth} of ${clientWidth}`);
});

await finish();
