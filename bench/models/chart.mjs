// A bench run as an SVG bar chart: milliseconds relative to sconce's, so that models of any size share an axis. Legible on light and dark.
import { title } from "./table.mjs";

const colours = ["#d9480f", "#4c6ef5", "#868e96", "#2b8a3e"];
const [left, width, bar, gap, top] = [150, 640, 14, 16, 56];

export function chart({ models, versions, machine }) {
  const labels = Object.keys(models[0].engines);
  const ratios = models.map(({ engines }) => labels.map((label) => engines[label].ratio));
  const most = Math.ceil(Math.max(...ratios.flat()));
  const x = (ratio) => left + (ratio / most) * (width - left - 90);
  const group = labels.length * bar + gap;
  const bottom = top + models.length * group;
  const text = (at, y, content, extra = "") => `<text x="${round(at)}" y="${round(y)}" ${extra}>${content}</text>`;
  const parts = [text(8, 20, "Time of a run, relative to sconce: shorter is faster", 'font-weight="600" font-size="14"')];
  labels.forEach((label, i) => parts.push(`<rect x="${8 + i * 150}" y="30" width="12" height="12" fill="${colours[i]}"/>`, text(26 + i * 150, 40, label)));
  for (let ratio = 0; ratio <= most; ratio++) {
    parts.push(`<line x1="${round(x(ratio))}" x2="${round(x(ratio))}" y1="${top}" y2="${bottom}" stroke="#868e96" stroke-opacity="${ratio === 1 ? 0.8 : 0.25}"/>`);
    parts.push(text(x(ratio), bottom + 14, `${ratio}`, 'text-anchor="middle"'));
  }
  models.forEach(({ name }, row) => {
    const y = top + row * group + gap / 2;
    parts.push(text(left - 8, y + (labels.length * bar) / 2 + 4, title(name), 'text-anchor="end"'));
    labels.forEach((label, i) => {
      const end = x(ratios[row][i]);
      parts.push(`<rect x="${left}" y="${round(y + i * bar)}" width="${round(end - left)}" height="${bar - 2}" fill="${colours[i]}"/>`);
      parts.push(text(end + 4, y + i * bar + 10, ratios[row][i].toFixed(2), 'font-size="10"'));
    });
  });
  const about = ["One thread, batch 1, 224x224", versions.host, `onnxruntime-web ${versions["onnxruntime-web"]}`];
  parts.push(text(8, bottom + 36, `${about.join(", ")},`), text(8, bottom + 52, [versions.native, machine.processor].filter(Boolean).join(", ")));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 62}" width="${width}" height="${bottom + 62}" role="img" aria-label="Bar chart: time of a run relative to sconce">
<style>text { font: 11px system-ui, sans-serif; fill: #343a40 } @media (prefers-color-scheme: dark) { text { fill: #dee2e6 } }</style>
${parts.join("\n")}
</svg>
`;
}

const round = (value) => Math.round(value * 10) / 10;
