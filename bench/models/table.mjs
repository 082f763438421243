// A bench run as the Markdown that README shows.
import { geometricMean } from "./measure.mjs";

const titles = { resnet18: "ResNet-18", resnet50: "ResNet-50", mobilenet_v2: "MobileNetV2", mobilenet_v3_small: "MobileNetV3-small", efficientnet_b0: "EfficientNet-B0", vit_b_16: "ViT-B/16" };
export const title = (name) => titles[name] ?? name;

const busy = ({ load, threads }) => load > threads;

const ms = (time) => (time < 100 ? time.toFixed(1) : time.toFixed(0));
const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`;

export function table({ models, runtime, versions, machine }) {
  const labels = Object.keys(models[0].engines);
  const rivals = labels.slice(1);
  const header = ["model", ...labels.map((label) => `${label}, ms`), ...rivals.map((label) => `${label} / sconce`), "compile, s", "code, gzip"];
  const rows = models.map(({ name, engines, compile, code }) => [
    title(name), ...labels.map((label) => ms(engines[label].median)), ...rivals.map((label) => engines[label].ratio.toFixed(2)),
    (compile / 1000).toFixed(1), kilobytes(code.gzip),
  ]);
  const means = ["geometric mean", ...labels.map(() => ""), ...rivals.map((label) => geometricMean(models.map(({ engines }) => engines[label].ratio)).toFixed(2)), "", ""];
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [
    line(header), line(header.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line), line(means), "",
    `One thread, batch 1, 224x224, at least ${Math.min(...models.map(({ engines }) => engines[labels[0]].rounds))} rounds; ${[versions.host, `onnxruntime-web ${versions["onnxruntime-web"]}`, versions.native].filter(Boolean).join(", ")}; ${machine.processor}, ${machine.threads} threads${busy(machine) ? `, which other work kept busy (load ${machine.load.toFixed(0)}): the ratios count, the milliseconds do not` : ""}.`,
    `Runtime to download: sconce ${kilobytes(runtime.sconce.gzip)}, onnxruntime-web ${kilobytes(runtime["onnxruntime-web"].gzip)} (gzip).`,
  ].join("\n");
}
