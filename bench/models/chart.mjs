// A bench run as an SVG bar chart: milliseconds relative to sconce's, so that models of any size share an axis. Legible on light and
// dark, and where a phone shows it 340 pixels wide.
import { geometricMean } from "./measure.mjs";
import { title } from "./models.mjs";
import { labelsOf, threadsText, versionTexts } from "./table.mjs";

const colours = { sconce: "#e8590c", "sconce, no relaxed SIMD": "#f59f00", "onnxruntime-web": "#4c6ef5", "LiteRT.js": "#2b8a3e", "native PyTorch": "#868e96" };
const [left, width, bar, gap] = [134, 440, 13, 11];

export function chart({ models, versions, machine, threads }) {
  const labels = labelsOf(models, ({ engines }) => engines);
  const rows = models.map(({ name, engines }) => ({ name: title(name), ratios: labels.map((label) => engines[label]?.ratio) }));
  if (models.length > 1) rows.push({ name: "geometric mean", ratios: labels.map((_, i) => geometricMean(rows.map(({ ratios }) => ratios[i]).filter(Boolean))) });
  const most = Math.max(...rows.flatMap(({ ratios }) => ratios.filter(Boolean)));
  const x = (ratio) => left + (ratio / most) * (width - left - 42);
  const group = labels.length * bar + gap;
  const top = 34 + 20 * Math.ceil(labels.length / 2);
  const bottom = top + rows.length * group;
  const text = (at, y, content, extra = "") => `<text x="${round(at)}" y="${round(y)}" ${extra}>${content}</text>`;
  const parts = [text(4, 20, "Time of a run, relative to sconce (shorter is faster)", 'class="head"')];
  labels.forEach((label, i) => {
    const [at, y] = [4 + (i % 2) * 190, 32 + 20 * Math.floor(i / 2)];
    parts.push(`<rect x="${at}" y="${y}" width="13" height="13" rx="2" fill="${colours[label]}"/>`, text(at + 19, y + 11, label));
  });
  parts.push(`<line x1="${round(x(1))}" x2="${round(x(1))}" y1="${top}" y2="${bottom - gap / 2}" stroke="#868e96" stroke-opacity="0.5" stroke-dasharray="3 3"/>`);
  rows.forEach(({ name, ratios }, row) => {
    const y = top + row * group + gap / 2;
    const bold = models.length > 1 && row === models.length ? " font-weight=\"600\"" : "";
    parts.push(text(left - 7, y + (labels.length * bar) / 2 + 4, name, `text-anchor="end"${bold}`));
    ratios.forEach((ratio, i) => {
      if (ratio === undefined) return;
      parts.push(`<rect x="${left}" y="${round(y + i * bar)}" width="${round(x(ratio) - left)}" height="${bar - 2}" rx="2" fill="${colours[labels[i]]}"/>`);
      parts.push(text(x(ratio) + 5, y + i * bar + 10, ratio.toFixed(2), `class="value"${bold}`));
    });
  });
  const about = [`${threadsText(threads)}, batch 1, float32; ${machine.processor}`, ...pairs(versionTexts(versions))];
  about.forEach((line, i) => parts.push(text(4, bottom + 14 + 16 * i, line, 'class="note"')));
  const height = bottom + 6 + 16 * about.length;
  const summary = rows.at(-1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Bar chart: time of a run relative to sconce; ${summary.name}: ${labels.map((label, i) => `${label} ${summary.ratios[i]?.toFixed(2)}`).join(", ")}">
<style>text { font: 13px system-ui, sans-serif; fill: #343a40 } .head { font-size: 14px; font-weight: 600 } .value { font-size: 11px } .note { font-size: 11px; fill: #868e96 } @media (prefers-color-scheme: dark) { text { fill: #dee2e6 } }</style>
${parts.join("\n")}
</svg>
`;
}

const round = (value) => Math.round(value * 10) / 10;

/** Two to a line. */
const pairs = (texts) => texts.flatMap((text, i) => (i % 2 === 0 ? [[text, texts[i + 1]].filter(Boolean).join("; ")] : []));
