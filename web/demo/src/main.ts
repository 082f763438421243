import { toDigit } from "./digit.js";
import { type Content, Pad, paintPixels } from "./pad.js";
import { Recogniser } from "./recogniser.js";
import { showSamples } from "./samples.js";
import { element, showAnswer, showNothing, showReport, showStatus, speakAnswer } from "./view.js";

const preview = element("preview", HTMLCanvasElement);
let recogniser: Recogniser | undefined;

const pad = new Pad(element("pad", HTMLCanvasElement), (content, finished) => void answer(content, finished));

async function answer(content: Content, finished: boolean): Promise<void> {
  document.body.classList.toggle("drawn", !pad.isEmpty);
  const picture = "pixels" in content ? content.pixels : toDigit(content.strokes);
  const context = preview.getContext("2d");
  if (context !== null) paintPixels(context, picture, getComputedStyle(preview).color, preview.width);
  if (pad.isEmpty) {
    recogniser?.cancel();
    showNothing();
  } else {
    await recogniser?.ask(picture);
  }
  if (finished) speakAnswer();
}

element("clear", HTMLButtonElement).addEventListener("click", () => pad.clear());
element("undo", HTMLButtonElement).addEventListener("click", () => pad.undo());
addEventListener("keydown", (event) => {
  if (event.key === "Escape" || event.key === "Delete") pad.clear();
  if (event.key === "z" && (event.ctrlKey || event.metaKey)) pad.undo();
});

showNothing();
void showSamples("samples.json", (pixels) => pad.show(pixels)).catch(() => {});
try {
  showStatus("Loading the model …");
  recogniser = await Recogniser.load("digits.wasm", (part) => showStatus(`Loading the model … ${Math.round(part * 100)} %`), (result) => {
    // The pad may have been cleared while the model computed.
    if (!pad.isEmpty) showAnswer(result);
  });
  showStatus("");
  showReport(recogniser.report);
} catch (error) {
  showStatus(`The model cannot run here: ${error instanceof Error ? error.message : String(error)}`, true);
}
