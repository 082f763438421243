import type { Tensor } from "sconce/core";
import { make } from "../../dom.js";

const [mostRows, mostColumns] = [100, 50];

/** An element as people read it. Complex numbers are pairs. */
function formatted({ dtype, data }: Tensor, index: number): string {
  const shown = (value: number | bigint | undefined) => (typeof value === "number" ? (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))) : String(value));
  if (dtype.startsWith("complex")) return `${shown(data[2 * index])} ${Number(data[2 * index + 1]) < 0 ? "−" : "+"} ${shown(Math.abs(Number(data[2 * index + 1])))}i`;
  if (dtype === "bool") return data[index] === 0 ? "false" : "true";
  return shown(data[index]);
}

/** Numbers in rows, of which the first are shown; one row is turned to stand upright. */
export function tableOf(tensor: Tensor): HTMLElement {
  const { shape } = tensor;
  const count = shape.reduce((a, b) => a * b, 1);
  if (count === 0) return make("p", { className: "note" }, `empty, [${shape.join(", ")}]`);
  const last = shape.at(-1) ?? 1;
  const upright = count === last;
  const [rows, columns] = upright ? [last, 1] : [count / last, last];
  const [shownRows, shownColumns] = [Math.min(rows, mostRows), Math.min(columns, mostColumns)];
  const body = Array.from({ length: shownRows }, (_, row) => make("tr", {}, make("th", { scope: "row" }, upright ? String(row) : placeOf(row, shape.slice(0, -1))),
    ...Array.from({ length: shownColumns }, (_, column) => make("td", {}, formatted(tensor, row * columns + column)))));
  const head = upright ? [] : [make("thead", {}, make("tr", {}, make("th", {}), ...Array.from({ length: shownColumns }, (_, column) => make("th", { scope: "col" }, String(column)))))];
  const rest = [...(rows > shownRows ? [`${(rows - shownRows).toLocaleString("en")} more rows`] : []), ...(columns > shownColumns ? [`${(columns - shownColumns).toLocaleString("en")} more columns`] : [])];
  // Who goes by keyboard scrolls it, too.
  return make("div", {}, make("div", { className: "scrolls", tabIndex: 0, role: "region", ariaLabel: "Numbers" }, make("table", { className: "numbers" }, ...head, make("tbody", {}, ...body))),
    ...(rest.length > 0 ? [make("p", { className: "note" }, `and ${rest.join(", ")}`)] : []));
}

function placeOf(row: number, shape: readonly number[]): string {
  const place: number[] = [];
  for (let dim = shape.length - 1, rest = row; dim >= 0; dim--) {
    place.unshift(rest % (shape[dim] ?? 1));
    rest = Math.floor(rest / (shape[dim] ?? 1));
  }
  return place.join(", ");
}
