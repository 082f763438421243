"use strict";
// The page that `sconce inspect --html` writes: no network, no library. Names come from files that anybody may have written, and are put in as text alone.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const svgSpace = "http://www.w3.org/2000/svg";

/** Characters that a reader would not see, or that turn the direction of text, by their numbers. */
const clean = (text) => String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  element.append(...children.map((child) => (typeof child === "string" ? clean(child) : child)));
  return element;
}

function draw(name, attributes, text) {
  const element = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = clean(text);
  return element;
}

function scaled(value, unit) {
  const units = ["", "k", "M", "G", "T", "P"];
  let at = 0;
  for (; value >= 999.5 && at < units.length - 1; at++) value /= 1000;
  return `${at === 0 ? Math.round(value) : value.toPrecision(3)} ${units[at]}${unit}`;
}
const measures = {
  ms: { name: "time of a run", of: (step) => step.ms ?? 0, show: (value) => `${value.toPrecision(3)} ms` },
  flops: { name: "operations", of: (step) => step.flops, show: (value) => scaled(value, "FLOP") },
  bytes: { name: "bytes moved", of: (step) => step.bytes, show: (value) => scaled(value, "B") },
};
const sum = (items, of) => items.reduce((total, item) => total + of(item), 0);

let method;
let measure = data.profile ? "ms" : "flops";

function bar(share) {
  const inner = make("i");
  inner.style.width = `${Math.max(0, Math.min(100, 100 * share))}%`;
  return make("div", { class: "bar", "aria-hidden": "true" }, inner);
}

/** Amounts by name, the largest first, as bars. */
function bars(list, entries, show, most = 40) {
  const total = Math.max(sum(entries, ([, value]) => value), Number.MIN_VALUE);
  const sorted = entries.filter(([, value]) => value > 0).sort((a, b) => b[1] - a[1]);
  const [shown, rest] = [sorted.slice(0, most), sorted.slice(most)];
  if (rest.length > 0) shown.push([`${rest.length} others`, sum(rest, ([, value]) => value)]);
  list.replaceChildren(...shown.map(([name, value]) => make("li", {},
    make("span", { class: "name" }, name), bar(value / total), make("span", { class: "amount" }, `${show(value)}  ${(100 * value / total).toFixed(1)} %`))));
}

function totals(steps, key) {
  const found = new Map();
  for (const step of steps) found.set(key(step), (found.get(key(step)) ?? 0) + measures[measure].of(step));
  return [...found];
}

function showOverview() {
  const timed = data.profile && `; timed in ${data.profile.engine} on ${data.profile.threads} thread(s), ${data.profile.runMs.toPrecision(3)} ms a run`;
  byId("origin").textContent = clean(`from ${data.source} by ${data.compiler}${timed || ""}`);
  byId("facts").replaceChildren(...[...data.facts, ...method.facts].flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  for (const side of ["inputs", "outputs"]) {
    byId(side).replaceChildren(...method[side].map(([name, dtype, shape]) => make("li", {}, make("b", {}, name), ` ${dtype} [${shape}]`)));
  }
  bars(byId("operators"), totals(method.steps, (step) => step.op || "(none)"), measures[measure].show);
}

// The graph: boxes at places that the tool chose; only what is in view is drawn.
const canvas = byId("canvas");
const view = { x: 0, y: 0, scale: 1 };
const layer = draw("g", {});
canvas.append(layer);
let chosen = -1;
let matches = new Set();
let costs = [];
let planned = false;

function planDrawing() {
  if (planned) return;
  planned = true;
  requestAnimationFrame(() => {
    planned = false;
    drawGraph();
  });
}

function drawGraph() {
  const { graph } = method;
  if (!graph) return;
  const { width, height } = canvas.getBoundingClientRect();
  const [left, top, right, bottom] = [view.x, view.y, view.x + width / view.scale, view.y + height / view.scale];
  layer.setAttribute("transform", `scale(${view.scale}) translate(${-view.x} ${-view.y})`);
  const withText = view.scale > 0.3;
  const parts = [];
  let lines = "";
  for (const [x1, y1, x2, y2] of graph.edges) {
    if (Math.max(x1, x2) < left || Math.min(x1, x2) > right || y2 < top || y1 > bottom) continue;
    const middle = (y1 + y2) / 2;
    lines += `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
  }
  const edges = draw("path", { d: lines });
  edges.style.strokeWidth = `${Math.max(1, 0.6 / view.scale)}`;
  parts.push(edges);
  graph.nodes.forEach((node, index) => {
    if (node.x + node.w < left || node.x > right || node.y + node.h < top || node.y > bottom) return;
    const group = draw("g", { "data-node": index });
    group.append(draw("rect", { class: `${node.kind}${index === chosen ? " chosen" : matches.has(index) ? " match" : ""}`, x: node.x, y: node.y, width: node.w, height: node.h, rx: 6 }));
    if (costs[index] > 0) group.append(draw("rect", { class: "cost", x: node.x + 2, y: node.y + node.h - 5, width: Math.max(2, (node.w - 4) * costs[index]), height: 4 }));
    if (withText) {
      group.append(draw("text", { class: "title", x: node.x + 8, y: node.y + 19 }, node.title));
      node.lines.forEach((line, at) => group.append(draw("text", { x: node.x + 8, y: node.y + 35 + 16 * at }, line.length > 60 ? `${line.slice(0, 59)}…` : line)));
    }
    parts.push(group);
  });
  layer.replaceChildren(...parts);
}

function zoom(factor, atX, atY) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const [x, y] = [(atX ?? left + width / 2) - left, (atY ?? top + height / 2) - top];
  const scale = Math.max(0.01, Math.min(4, view.scale * factor));
  view.x += x / view.scale - x / scale;
  view.y += y / view.scale - y / scale;
  view.scale = scale;
  planDrawing();
}

function fit() {
  const { width, height } = canvas.getBoundingClientRect();
  view.scale = Math.max(0.01, Math.min(1, width / method.graph.width, height / method.graph.height));
  view.x = (method.graph.width - width / view.scale) / 2;
  view.y = (method.graph.height - height / view.scale) / 2;
  planDrawing();
}

/** Where one begins to read: the inputs, at a size at which names can be read. */
function begin() {
  const { width } = canvas.getBoundingClientRect();
  const first = method.graph.nodes[0] ?? { x: 0, w: 0, y: 0 };
  const room = method.graph.width - width;
  Object.assign(view, { scale: 1, x: Math.max(Math.min(first.x + first.w / 2 - width / 2, room), Math.min(0, room / 2)), y: Math.max(0, first.y - 20) });
  planDrawing();
}

const costsOf = (steps) => Object.values(measures).filter((each) => sum(steps, each.of) > 0).map((each) => each.show(sum(steps, each.of)));

function choose(index, centre) {
  const node = method.graph.nodes[index];
  if (node === undefined) return;
  chosen = index;
  if (centre) {
    const { width, height } = canvas.getBoundingClientRect();
    view.scale = Math.max(view.scale, 0.8);
    view.x = node.x + node.w / 2 - width / view.scale / 2;
    view.y = node.y + node.h / 2 - height / view.scale / 2;
  }
  const steps = stepsOf(node);
  byId("details").replaceChildren(
    make("p", {}, make("b", {}, node.title)), ...node.lines.map((line) => make("p", { class: "code" }, line)),
    ...(node.tip ? [make("pre", {}, node.tip)] : []),
    ...(steps.length > 0 ? [make("p", {}, `${steps.length} step${steps.length > 1 ? "s" : ""} of this operator and line: `
      + `${[...new Set(steps.map(({ kernel }) => kernel))].join(", ")}; ${costsOf(steps).join(", ")}`)] : []));
  for (const button of byId("nodes").querySelectorAll("button")) {
    if (Number(button.dataset.node) === index) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  planDrawing();
}

const keyOf = ({ op, source }) => `${op}\n${source ?? ""}`;
let stepsByKey = new Map();
const stepsOf = (node) => (node.op ? stepsByKey.get(keyOf(node)) ?? [] : []);

function search() {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (node) => [node.title, ...node.lines, node.tip ?? "", node.op ?? "", node.source ?? ""].join("\n").toLowerCase();
  const found = method.graph.nodes.map((node, index) => [node, index]).filter(([node]) => words.every((word) => text(node).includes(word)));
  matches = new Set(words.length > 0 ? found.map(([, index]) => index) : []);
  byId("found").textContent = words.length > 0 ? `${found.length} of ${method.graph.nodes.length} nodes` : `${method.graph.nodes.length} nodes`;
  byId("nodes").replaceChildren(...found.slice(0, 500).map(([node, index]) => make("li", {},
    make("button", { type: "button", "data-node": index, "aria-current": index === chosen ? "true" : undefined }, `${node.title}  ${node.source ?? node.lines[0] ?? ""}`))));
  planDrawing();
}

function showGraph() {
  byId("no-graph").hidden = Boolean(method.graph);
  byId("graph-parts").hidden = !method.graph;
  if (!method.graph) return;
  chosen = -1;
  stepsByKey = new Map();
  for (const step of method.steps) stepsByKey.set(keyOf(step), [...stepsByKey.get(keyOf(step)) ?? [], step]);
  search();
  begin();
  showCosts();
}

/** Each node's part of what the most expensive one costs. Nodes of one operator and line share what their steps cost. */
function showCosts() {
  if (!method.graph) return;
  const same = new Map();
  for (const node of method.graph.nodes) if (node.op) same.set(keyOf(node), (same.get(keyOf(node)) ?? 0) + 1);
  const amounts = method.graph.nodes.map((node) => (node.op ? sum(stepsOf(node), measures[measure].of) / same.get(keyOf(node)) : 0));
  const most = Math.max(...amounts, Number.MIN_VALUE);
  costs = amounts.map((amount) => amount / most);
  planDrawing();
}

function next(by) {
  const order = matches.size > 0 ? [...matches] : method.graph.nodes.map((_, index) => index);
  const at = order.indexOf(chosen);
  choose(order[at < 0 ? (by > 0 ? 0 : order.length - 1) : (at + by + order.length) % order.length], true);
}

canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  if (event.ctrlKey || !event.shiftKey && Math.abs(event.deltaY) > Math.abs(event.deltaX)) zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.002)), event.clientX, event.clientY);
  else {
    view.x += (event.deltaX || event.deltaY) / view.scale;
    planDrawing();
  }
}, { passive: false });
const pointers = new Map();
let moved = false;
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, event);
  if (pointers.size === 1) moved = false;
});
canvas.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (before === undefined) return;
  const other = [...pointers.values()].find(({ pointerId }) => pointerId !== event.pointerId);
  if (other !== undefined) {
    const distance = (a) => Math.hypot(a.clientX - other.clientX, a.clientY - other.clientY);
    zoom(distance(event) / Math.max(1, distance(before)), (event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2);
    moved = true;
  } else if (moved || Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) > 3) {
    moved = true;
    view.x -= (event.clientX - before.clientX) / view.scale;
    view.y -= (event.clientY - before.clientY) / view.scale;
    planDrawing();
  } else return;
  pointers.set(event.pointerId, event);
});
for (const name of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(name, (event) => {
    pointers.delete(event.pointerId);
    if (name === "pointercancel" || moved) return;
    const node = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-node]");
    if (node) choose(Number(node.getAttribute("data-node")), false);
  });
}
canvas.addEventListener("keydown", (event) => {
  const step = 80 / view.scale;
  const act = {
    ArrowLeft: () => (view.x -= step), ArrowRight: () => (view.x += step), ArrowUp: () => (view.y -= step), ArrowDown: () => (view.y += step),
    "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), 0: fit, n: () => next(1), p: () => next(-1),
  }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
  planDrawing();
});
byId("zoom-in").addEventListener("click", () => zoom(1.3));
byId("zoom-out").addEventListener("click", () => zoom(1 / 1.3));
byId("fit").addEventListener("click", fit);
byId("search").addEventListener("input", search);
byId("search").addEventListener("keydown", (event) => event.key === "Enter" && next(event.shiftKey ? -1 : 1));
byId("nodes").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) choose(Number(button.dataset.node), true);
});
let width = 0;
new ResizeObserver(() => {
  const now = canvas.getBoundingClientRect().width;
  // What was in the middle stays there.
  if (width > 0 && now > 0) view.x -= (now - width) / 2 / view.scale;
  width = now;
  planDrawing();
}).observe(canvas);

// Steps
const rowsAtOnce = 500;
let shownRows = rowsAtOnce;

function showSteps() {
  const by = measures[measure];
  const most = Math.max(...method.steps.map(by.of), Number.MIN_VALUE);
  const coded = method.steps.some((step) => codeOf(step) !== "");
  const timed = data.profile && method.steps.some(({ ms }) => ms !== undefined);
  const heads = [
    ["step", true], ["operator"], ["kernel"], ["Python"], [""], ...(timed ? [["time", true]] : []), ["operations", true], ["bytes moved", true], ...(coded ? [["what stands there"]] : []),
  ];
  byId("step-heads").replaceChildren(...heads.map(([name, number]) => make("th", { scope: "col", class: number ? "number" : undefined }, name)));
  const steps = method.steps.map((step, index) => [step, index]);
  if (byId("order").value === "cost") steps.sort((a, b) => by.of(b[0]) - by.of(a[0]));
  const number = (text) => make("td", { class: "number" }, text);
  byId("step-rows").replaceChildren(...steps.slice(0, shownRows).map(([step, index]) => make("tr", {},
    number(`${index}`), make("td", {}, step.op), make("td", {}, step.kernel), make("td", {}, step.source ?? ""), make("td", {}, bar(by.of(step) / most)),
    ...(timed ? [number(measures.ms.show(step.ms ?? 0))] : []), number(measures.flops.show(step.flops)), number(measures.bytes.show(step.bytes)),
    ...(coded ? [make("td", { class: "code", title: codeOf(step) }, codeOf(step))] : []))));
  byId("more-steps").hidden = steps.length <= shownRows;
  byId("more-steps").textContent = `Show all ${steps.length}`;
}
const codeOf = (step) => clean(method.code[step.source] ?? "");
byId("order").addEventListener("change", showSteps);
byId("more-steps").addEventListener("click", () => {
  shownRows = Infinity;
  showSteps();
});

const inOrder = (lines) => [...lines].sort((a, b) => Number(a[0]) - Number(b[0]) || 0);

/** The lines of each file in their order; the modules that a line belongs to are told once. */
function showPython() {
  const files = new Map();
  for (const step of method.steps) {
    // Where the file records no line, its module must do.
    const [, file, line, module = ""] = /^(.*?):(\d+)(?: (.*))?$/.exec(step.source ?? "") ?? [undefined, "lines that are not recorded", step.source ?? "", step.source ?? ""];
    const lines = files.get(file) ?? new Map();
    const entry = lines.get(line) ?? { steps: [], modules: new Set(), code: "" };
    entry.steps.push(step);
    if (module) entry.modules.add(module);
    entry.code ||= codeOf(step);
    files.set(file, lines.set(line, entry));
  }
  const by = measures[measure];
  const total = Math.max(sum(method.steps, by.of), Number.MIN_VALUE);
  byId("lines").replaceChildren(...[...files].flatMap(([file, lines]) => [
    make("h3", {}, file),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": clean(`Lines of ${file}`) },
      make("table", {}, make("tbody", {}, ...inOrder(lines).map(([line, { steps, modules, code }]) => make("tr", {},
      make("td", { class: "number" }, /^\d+$/.test(line) ? line : ""), make("td", { class: "code", title: code }, code), make("td", {}, bar(sum(steps, by.of) / total)),
      make("td", { class: "number" }, by.show(sum(steps, by.of))), make("td", { class: "number" }, `${(100 * sum(steps, by.of) / total).toFixed(1)} %`),
      make("td", {}, modules.size > 3 ? `${[...modules].slice(0, 2).join(", ")} and ${modules.size - 2} more` : [...modules].join(", "))))))),
  ]));
}

// Memory
const picture = byId("memory-picture");

function showMemory() {
  const { memory } = method;
  byId("no-memory").hidden = Boolean(memory);
  byId("memory-parts").hidden = !memory;
  if (!memory) return;
  const most = Math.max(...memory.alive, 1);
  const count = memory.alive.length;
  byId("memory-text").textContent = `At most ${scaled(most, "B")} of tensors are alive at once, at step ${memory.alive.indexOf(most)} of ${count},`
    + ` beside ${scaled(memory.constants, "B")} of weights`
    + `${data.open ? "; with open sizes at their least" : ""}. Inputs and outputs live as long as the run.`;
  picture.setAttribute("viewBox", `0 0 ${count} 100`);
  picture.setAttribute("preserveAspectRatio", "none");
  const top = (bytes) => (100 - 96 * bytes / most).toFixed(2);
  const outline = memory.alive.map((bytes, step) => `L${step} ${top(bytes)}L${step + 1} ${top(bytes)}`).join("");
  picture.replaceChildren(
    draw("path", { class: "area", d: `M0 100${outline}L${count} 100Z` }), draw("path", { class: "edge", d: `M0 ${top(memory.alive[0] ?? 0)}${outline}` }),
    draw("line", { class: "now", y1: 0, y2: 100 }));
  byId("moment").max = count - 1;
  byId("moment").value = memory.alive.indexOf(most);
  showMoment();
}

function showMoment() {
  const { memory, steps } = method;
  const at = Number(byId("moment").value);
  const step = steps[at];
  const now = picture.querySelector(".now");
  for (const x of ["x1", "x2"]) now.setAttribute(x, at + 0.5);
  const text = `step ${at}${step ? `: ${step.op || step.kernel}${step.source ? `, ${step.source}` : ""}` : ""}: ${scaled(memory.alive[at] ?? 0, "B")} alive`;
  byId("moment-text").textContent = clean(text);
  byId("moment").setAttribute("aria-valuetext", clean(text));
  bars(byId("alive"), memory.buffers.filter(([, , first, last]) => first <= at && at <= last).map(([name, bytes]) => [name, bytes]), (bytes) => scaled(bytes, "B"), 12);
}
byId("moment").addEventListener("input", showMoment);
picture.addEventListener("click", (event) => {
  const { left, width } = picture.getBoundingClientRect();
  byId("moment").value = Math.floor((event.clientX - left) / width * method.memory.alive.length);
  showMoment();
});

function show(name) {
  method = data.methods.find((each) => each.name === name) ?? data.methods[0];
  const timed = method.steps.some(({ ms }) => ms !== undefined);
  if (!timed && measure === "ms") measure = "flops";
  byId("measure").replaceChildren(...Object.entries(measures).filter(([key]) => key !== "ms" || timed).map(([key, { name: text }]) => make("option", { value: key, selected: key === measure }, text)));
  showOverview();
  showGraph();
  showSteps();
  showPython();
  showMemory();
}
byId("measure").addEventListener("change", () => {
  measure = byId("measure").value;
  showOverview();
  showCosts();
  showSteps();
  showPython();
});
byId("method-choice").hidden = data.methods.length < 2;
byId("method").replaceChildren(...data.methods.map(({ name }) => make("option", { value: name }, name)));
byId("method").addEventListener("change", () => show(byId("method").value));
show(data.methods[0].name);
