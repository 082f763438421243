import { side } from "./digit.js";
import { element } from "./view.js";
import { paintPixels } from "./pad.js";

interface Sample {
  readonly label: number;
  readonly pixels: readonly number[];
}

/** The handwritten digits to click on; the page does without where the server has none. */
export async function showSamples(url: string, choose: (pixels: Float32Array) => void): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) return;
  const samples = (await response.json()) as readonly Sample[];
  const list = element("samples", HTMLElement);
  list.append(...samples.filter(({ pixels }) => pixels.length === side * side).map((sample) => item(sample, choose)));
  element("samples-section", HTMLElement).hidden = list.children.length === 0;
}

function item({ label, pixels }: Sample, choose: (pixels: Float32Array) => void): HTMLLIElement {
  const picture = Float32Array.from(pixels, (value) => value / 255);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2 * side;
  const button = document.createElement("button");
  button.type = "button";
  button.ariaLabel = `A handwritten ${label}`;
  button.append(canvas);
  button.addEventListener("click", () => choose(picture));
  const entry = document.createElement("li");
  entry.append(button);
  const paint = () => {
    const context = canvas.getContext("2d");
    if (context !== null) paintPixels(context, picture, getComputedStyle(button).color, canvas.width);
  };
  // Its colour is known once it stands in the page.
  requestAnimationFrame(paint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => requestAnimationFrame(paint));
  return entry;
}
