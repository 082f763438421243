import { load } from "sconce";
import { advance, stepSeconds } from "./cart.js";
import { draw } from "./draw.js";

const [canvas, status, policyOn, left, right, again] = ["canvas", "#status", "#policy", "#left", "#right", "#again"].map((selector) => document.querySelector(selector));
const start = () => [0, 0, (Math.random() - 0.5) * 0.6, 0];
let [state, force, microseconds, fallen] = [start(), 0, 0, 0];

// A policy of a thousand numbers decides in less time than a message to a worker takes.
const model = await load(new URL("./policy.wasm", import.meta.url), { worker: false, threads: 1 }).catch((error) => {
  status.textContent = error.message;
  throw error;
});

async function decide() {
  const began = performance.now();
  const output = await model.run({ state: { data: Float32Array.from(state), shape: [1, 4] } });
  microseconds += 0.05 * (1000 * (performance.now() - began) - microseconds);
  return output.force.data[0];
}

/** One decision: what the policy sees, does, and what comes of it. */
async function step() {
  force = policyOn.checked ? await decide() : 0;
  state = advance(state, force);
  // Who lies down is helped up after a second.
  fallen = Math.abs(state[2]) > 1.5 || Math.abs(state[0]) > 3 ? fallen + stepSeconds : 0;
  if (fallen > 1) state = start();
}

const push = (direction) => (state = [state[0], state[1], state[2], state[3] + direction * 1.2]);
left.addEventListener("click", () => push(-1));
right.addEventListener("click", () => push(1));
again.addEventListener("click", () => (state = start()));
canvas.addEventListener("pointerdown", ({ offsetX }) => push(offsetX < canvas.clientWidth / 2 + (state[0] * canvas.clientWidth) / 6 ? 1 : -1));
addEventListener("keydown", ({ key }) => key === "ArrowLeft" ? push(-1) : key === "ArrowRight" ? push(1) : undefined);

const number = (value, digits) => value.toFixed(digits).replace("-", "−");
const tell = () => (status.textContent = `angle ${number((state[2] * 180) / Math.PI, 1)}°, position ${number(state[0], 2)} m, force ${number(force, 1)} N, ${number(microseconds, 0)} µs for a decision`);

// Simulated time follows the screen's, at most a tenth of a second behind; frames, and with them all of this, rest while the page is hidden.
let behind = 0;
let last = performance.now();
let told = -Infinity;
async function frame(now) {
  behind = Math.min(0.1, behind + (now - last) / 1000);
  last = now;
  for (; behind >= stepSeconds; behind -= stepSeconds) await step();
  draw(canvas, state, force);
  if (now - told > 200) {
    tell();
    told = now;
  }
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
