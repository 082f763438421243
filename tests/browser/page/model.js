// Uses the playground's view of a model as a visitor would, in a frame, and looks at what it shows.
import { check, finish, later, same, test, until } from "./harness.js";
import { bytes, drop, element, frame, hasRun, isProven, page, shown, text, view } from "./playground-frame.js";

const pictures = await (await fetch("../given/pictures.json")).json();

/** What stands behind the page's links: a policy forbids to fetch it, but not to save it. */
const blobs = new Map();
const { createObjectURL } = view.URL;
view.URL.createObjectURL = (blob) => {
  const address = createObjectURL.call(view.URL, blob);
  blobs.set(address, blob);
  return address;
};

const output = (title) => [...page.querySelectorAll("#model-outputs select")].find(({ options }) => [...options].some(({ value }) => value === title));

async function press(id) {
  element("fact-run").textContent = "–";
  element(id).click();
  check(await until(() => hasRun() || text("model-obstacle") !== "", 120_000), shown());
}

test("the sample is compiled, proven and reads its picture", async () => {
  element("model-sample").click();
  check(await until(() => text("model-error") !== "" || (isProven() && hasRun()), 250_000), shown());
  same([text("model-error"), text("model-obstacle")], ["", ""], "errors");
  check(/^Proven: (the run agrees|all \d runs agree) with the reference evaluator, (within \d|to the last bit)/.test(text("model-proof-text")), shown());
  const names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
  const choice = output("Top classes");
  check(choice !== undefined, "an output is shown as classes");
  choice.value = "Top classes";
  choice.dispatchEvent(new view.Event("change"));
  same(page.querySelector(".classes li .label").textContent, names[pictures["seven.pgm"].digit], "what it reads");
  check(/^1$|^[2-9]/.test(text("fact-threads")) && /MB|kB/.test(text("fact-memory")), `${text("fact-threads")}, ${text("fact-memory")}`);
});

test("what is saved is what the command line makes", async () => {
  const link = element("model-save");
  same([link.download, link.hidden], ["digits.wasm", false], "the link");
  const [made, wanted] = [new Uint8Array(await blobs.get(link.href).arrayBuffer()), await bytes("playground/digits.wasm")];
  same(made.length, wanted.length, "bytes");
  check(made.every((byte, i) => byte === wanted[i]), "they are the command line's");
});

test("a picture that is dropped on its input is read, by the options that are chosen", async () => {
  const port = page.querySelector("[data-input]");
  await drop({ "four.pgm": await bytes("playground/sample/four.pgm") }, port);
  await press("model-run");
  check(/^four$/.test(page.querySelector(".classes li .label").textContent), page.querySelector(".classes").textContent);
  check(/four\.pgm, as the model sees it: 28 × 28/.test(port.textContent), port.textContent);
});

test("the profile, the graph and the code are there when they are opened", async () => {
  for (const id of ["profile", "graph", "code"]) element(id).open = true;
  check(await until(() => page.querySelectorAll(".bars li").length >= 3 && page.querySelector(".graph svg") !== null), "profile and graph");
  const boxes = page.querySelectorAll(".graph .box");
  check(boxes.length >= 8 && page.querySelectorAll(".graph .heavy").length >= 2, `${boxes.length} boxes`);
  const before = page.querySelector(".graph svg").getAttribute("viewBox");
  page.querySelector(".graph").dispatchEvent(new view.KeyboardEvent("keydown", { key: "+", bubbles: true }));
  check(page.querySelector(".graph svg").getAttribute("viewBox") !== before, "it zooms by a key");
  check(/import \{ load \} from "sconce";\nimport \{ toTensor \} from "sconce\/image";/.test(text("code-text")), text("code-text"));
  check(/image: await toTensor\(document\.querySelector\("img"\), \{ width: 28, height: 28, .*channels: "gray" \}\)/.test(text("code-text")), text("code-text"));
});

test("TorchScript asks for the sizes that it does not record", async () => {
  await drop({ "affine.pt": await bytes("given/affine.pt") });
  check(await until(() => !element("wanted").hidden, 120_000), shown());
  const [field] = element("wanted-fields").querySelectorAll("input");
  same(element("wanted-fields").querySelector("code").textContent, "x", "the input");
  field.value = "3x5";
  element("wanted").requestSubmit();
  check(await until(() => text("model-error") !== "" || (isProven() && hasRun()), 250_000), shown());
  check(/float32 \[3, 5\]/.test(text("model-inputs")), text("model-inputs"));
});

test("arrays beside TorchScript give its sizes, and PyTorch's answers", async () => {
  await drop({ "affine.pt": await bytes("given/affine.pt"), "affine.npz": await bytes("given/affine.npz") });
  check(await until(() => text("model-error") !== "" || (isProven() && hasRun()), 250_000), shown());
  same([element("wanted").hidden, element("model-answers").className], [true, "verdict good"], shown());
  check(/^affine\.npz: (the output is|all \d outputs are) PyTorch’s/.test(text("model-answers-text")), shown());
  await drop({ "wrong.npz": await bytes("given/wrong.npz") });
  await press("model-run");
  same(element("model-answers").className, "verdict bad", shown());
  check(/expected -?[\d.e-]+ at 0, but got/.test(text("model-answers-problem")), shown());
});

test("numbers are written into a table, and a wrong one is told", async () => {
  const choice = page.querySelector("[data-input] > select");
  choice.value = "numbers";
  choice.dispatchEvent(new view.Event("change"));
  const fields = [...page.querySelectorAll(".fields input")];
  check(fields.length > 0, "there are fields");
  for (const field of fields) field.value = "0";
  await press("model-run");
  const zeros = page.querySelector("table.numbers").textContent;
  fields[0].value = "100";
  await press("model-run");
  check(page.querySelector("table.numbers").textContent !== zeros, "other numbers give others");
  fields[0].value = "";
  await press("model-run");
  check(/expected a number, but a field is empty/.test(text("model-obstacle")), shown());
});

test("what is no model is told in the compiler's words, and what it is not for in ours", async () => {
  await drop({ "resnet.pt2": Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0) });
  check(await until(() => /where: resnet\.pt2/.test(text("model-error"))), shown());
  await drop({ "notes.md": new TextEncoder().encode("notes") });
  check(await until(() => /nobody knows what notes\.md is for/.test(text("model-error"))), shown());
});

test("a guest goes to the view of WASI programs", async () => {
  await drop({ "guest.wasm": await bytes("given/guest.wasm") });
  check(await until(() => !element("program-view").hidden && /guest\.wasm/.test(text("guest"))), text("guest"));
  view.location.hash = "#model";
  check(await until(() => !element("model-view").hidden && element("program-view").hidden), "and back");
});

test("nothing is wider than a small screen, and all of it is reached by keyboard", async () => {
  frame.style.width = "375px";
  await later(100);
  for (const hash of ["#program", "#model"]) {
    view.location.hash = hash;
    await later(100);
    const { scrollWidth, clientWidth } = page.documentElement;
    check(scrollWidth <= clientWidth, `${hash}: ${scrollWidth} of ${clientWidth}`);
  }
  const unreachable = [...page.querySelectorAll("#model-view button, #model-view select, #model-view input:not([type=file]), #model-view a, #model-view summary")].filter((each) => each.tabIndex < 0);
  same(unreachable.map(({ id, tagName }) => id || tagName), [], "what Tab passes over");
});

await finish();
