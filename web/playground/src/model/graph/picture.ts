import type { GraphBox } from "sconce-compiler/browser";
import { type Box, layOut } from "./layout.js";

const namespace = "http://www.w3.org/2000/svg";
const [lineHeight, padding, characterWidth, leastWidth, mostCharacters] = [15, 9, 6.6, 90, 44];
/** Above this many boxes a picture tells nobody anything, and takes long. */
export const mostBoxes = 3000;

/** The model's graph as boxes and lines. */
export function drawGraph(boxes: readonly GraphBox[]): SVGSVGElement {
  const texts = boxes.map(({ title, lines }) => [title, ...lines].map(shortened));
  const sizes: Box[] = boxes.map(({ reads }, i) => ({
    width: Math.max(leastWidth, Math.max(...(texts[i] as string[]).map(({ length }) => length)) * characterWidth + 2 * padding),
    height: (texts[i]?.length ?? 1) * lineHeight + 2 * padding, reads,
  }));
  const layout = layOut(sizes);
  const svg = made("svg", { viewBox: `-10 -10 ${layout.width + 20} ${layout.height + 20}`, role: "img", "aria-label": `The model's graph: ${boxes.length} boxes` });
  for (const { points } of layout.lines) svg.append(made("path", { class: "line", d: curve(points) }));
  boxes.forEach(({ kind, tooltip }, i) => {
    const [{ width, height }, { x, y }] = [sizes[i] as Box, layout.boxes[i] as { x: number; y: number }];
    const group = made("g", { class: `box ${kind}`, transform: `translate(${x - width / 2} ${y})` });
    group.append(made("rect", { width: String(width), height: String(height), rx: "7" }));
    texts[i]?.forEach((text, line) => group.append(made("text", { x: String(width / 2), y: String(padding + (line + 0.78) * lineHeight), class: line === 0 ? "title" : "" }, text)));
    if (tooltip !== undefined) group.append(made("title", {}, tooltip));
    svg.append(group);
  });
  return svg;
}

/** From point to point, upright at each. */
function curve(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points.map(({ x, y }, i) => {
    const before = points[i - 1];
    if (before === undefined) return `M${x} ${y}`;
    const middle = (before.y + y) / 2;
    return before.x === x ? `V${y}` : `C${before.x} ${middle} ${x} ${middle} ${x} ${y}`;
  }).join("");
}

const shortened = (text: string) => (text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1)}…`);

function made<Name extends keyof SVGElementTagNameMap>(name: Name, attributes: Readonly<Record<string, string>>, text = ""): SVGElementTagNameMap[Name] {
  const element = document.createElementNS(namespace, name);
  for (const [attribute, value] of Object.entries(attributes)) if (value !== "") element.setAttribute(attribute, value);
  element.textContent = text;
  return element;
}
