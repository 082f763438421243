// Draws on the demo's page as a person would, in a frame, and looks at what it answers.
import { check, finish, test, until } from "./harness.js";

const frame = document.getElementById("demo");
await new Promise((resolve) => {
  frame.onload = resolve;
  frame.src = "../demo/index.html";
});
const { contentDocument: page, contentWindow: view } = frame;
const text = (id) => page.getElementById(id).textContent;
// A pointer that a script makes is none that an element could capture.
view.HTMLElement.prototype.setPointerCapture = () => {};

function draw(strokes) {
  const pad = page.getElementById("pad");
  const { left, top, width, height } = pad.getBoundingClientRect();
  const send = (type, [x, y]) => pad.dispatchEvent(new view.PointerEvent(type, {
    pointerId: 1, button: 0, buttons: 1, bubbles: true, cancelable: true, clientX: left + x * width, clientY: top + y * height }));
  for (const points of strokes) {
    send("pointerdown", points[0]);
    for (const point of points.slice(1)) send("pointermove", point);
    send("pointerup", points.at(-1));
  }
}

const clear = () => page.getElementById("clear").click();

/** Points along straight lines from corner to corner. */
function lines(...corners) {
  return corners.slice(1).flatMap(([x, y], i) => {
    const [fromX, fromY] = corners[i];
    return Array.from({ length: 16 }, (_, step) => [fromX + ((x - fromX) * step) / 15, fromY + ((y - fromY) * step) / 15]);
  });
}

/** Points along a part of an ellipse, angles in degrees, clockwise from the right. */
function arc(x, y, radiusX, radiusY, from, to) {
  return Array.from({ length: 41 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / 40) * Math.PI) / 180;
    return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)];
  });
}

const digits = [
  [arc(0.5, 0.5, 0.2, 0.3, -90, -450)],
  [lines([0.53, 0.2], [0.48, 0.8])],
  [[...arc(0.5, 0.35, 0.17, 0.15, 180, 380), ...lines([0.65, 0.42], [0.3, 0.8], [0.7, 0.8])]],
  [[...arc(0.48, 0.35, 0.17, 0.14, 200, 450), ...arc(0.48, 0.64, 0.19, 0.16, -90, 160)]],
  [lines([0.4, 0.2], [0.3, 0.55], [0.7, 0.55]), lines([0.6, 0.2], [0.58, 0.85])],
  [[...lines([0.65, 0.2], [0.38, 0.2], [0.36, 0.45]), ...arc(0.48, 0.6, 0.18, 0.18, -120, 140)]],
  [[...arc(0.62, 0.5, 0.3, 0.35, -110, -200), ...arc(0.5, 0.66, 0.17, 0.16, 180, -180)]],
  [lines([0.3, 0.25], [0.68, 0.25], [0.45, 0.8])],
  [[...arc(0.5, 0.35, 0.14, 0.14, 90, 450), ...arc(0.5, 0.65, 0.17, 0.16, -90, 270)]],
  [[...arc(0.5, 0.38, 0.16, 0.16, 0, -360), ...lines([0.66, 0.38], [0.6, 0.85])]],
];

test("the model loads", async () => {
  check(await until(() => page.getElementById("status").hidden), `it still says "${text("status")}"`);
  check(/^\d+ threads?$/.test(text("threads")), `it runs on "${text("threads")}"`);
  check(/kB|MB/.test(text("bytes")), `it shipped "${text("bytes")}"`);
});

for (const [digit, strokes] of digits.entries()) {
  test(`a ${digit} that is drawn is read`, async () => {
    clear();
    draw(strokes);
    check(await until(() => text("guess") === String(digit)), `it reads ${text("guess")}, ${text("sureness")}`);
    check(await until(() => text("spoken").startsWith(`The model reads a ${digit}`)), `it says "${text("spoken")}"`);
    check(/ms$/.test(text("latency")), `it took "${text("latency")}"`);
    const parts = Array.from(page.querySelectorAll("#bars li"), (bar) => Number(bar.style.getPropertyValue("--part")));
    check(parts.length === 10 && Math.abs(parts.reduce((a, b) => a + b) - 1) < 1e-3, `the bars are ${parts}`);
  });
}

test("clearing takes the answer away", async () => {
  clear();
  check(await until(() => text("guess") === "?"), `it shows ${text("guess")}`);
});

test("samples that are clicked are read", async () => {
  const buttons = [...page.querySelectorAll("#samples button")];
  check(buttons.length >= 10, `there are ${buttons.length} samples`);
  let right = 0;
  for (const button of buttons) {
    clear();
    button.click();
    await until(() => text("guess") !== "?");
    if (text("guess") === button.ariaLabel.at(-1)) right++;
  }
  check(right >= 0.9 * buttons.length, `${right} of ${buttons.length} are right`);
});

await finish();
