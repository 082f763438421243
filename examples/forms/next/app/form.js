// A form for a model's inputs: what is typed becomes tensors.
import { tensor } from "sconce/tensor";
import { answer, fields } from "./model.js";

/** Puts a form for the model's inputs into an element, with its answers below. */
export function mountForm(place, model) {
  const form = document.createElement("form");
  const texts = fields.map(({ name, dtype, shape }) => {
    const text = Object.assign(document.createElement("textarea"), { rows: 2, name, placeholder: "at random" });
    const label = Object.assign(document.createElement("label"), { textContent: `${name}: ${dtype} [${shape.join(", ")}]` });
    label.append(text);
    form.append(label);
    return text;
  });
  form.append(Object.assign(document.createElement("button"), { textContent: "Run" }));
  const [status, lines] = [document.createElement("p"), document.createElement("ul")];
  status.setAttribute("role", "status");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const inputs = Object.fromEntries(fields.map((field, i) => [field.name, fill(field, texts[i].value)]));
      const answers = await answer(model, inputs);
      status.textContent = "";
      lines.replaceChildren(...answers.map(({ name, text }) => Object.assign(document.createElement("li"), { textContent: `${name}: ${text}` })));
    } catch (error) {
      status.textContent = error.message;
    }
  });
  place.append(form, status, lines);
}

/** A tensor of the numbers in a text; of random ones, whole or between -1 and 1, where there are none. */
export function fill({ name, dtype, shape }, text) {
  const count = shape.reduce((product, size) => product * size, 1);
  const whole = /^(u?int|bool)/.test(dtype);
  const words = text.split(/[\s,;]+/).filter((word) => word !== "");
  const values = words.length > 0 ? words.map(Number) : Array.from({ length: count }, () => (whole ? Math.floor(2 * Math.random()) : 2 * Math.random() - 1));
  const wrong = words.find((_, i) => !Number.isFinite(values[i]));
  if (wrong !== undefined) throw new Error(`${name}: "${wrong}" is no number`);
  if (values.length !== count) throw new Error(`${name} takes ${count} numbers, got ${values.length}`);
  return tensor(values, { dtype, shape });
}
