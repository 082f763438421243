import { make } from "../dom.js";
import type { Piece, Stream } from "./protocol.js";

/** Beyond so many characters the oldest go. */
const most = 400_000;

/** What the guest writes, as it writes it. */
export class Terminal {
  readonly #root: HTMLElement;
  #pending: (Piece | { stream: "note" | "failure"; text: string })[] = [];
  #length = 0;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  write(stream: Stream | "note" | "failure", text: string): void {
    if (this.#pending.length === 0) requestAnimationFrame(() => this.#paint());
    this.#pending.push({ stream, text });
  }

  clear(): void {
    this.#pending = [];
    this.#length = 0;
    this.#root.replaceChildren();
  }

  #paint(): void {
    // Who has scrolled up reads: the view stays where it is.
    const follows = this.#root.scrollTop + this.#root.clientHeight >= this.#root.scrollHeight - 4;
    for (const { stream, text } of this.#pending) {
      const last = this.#root.lastElementChild;
      // What is not the guest's own begins on a line of its own.
      const lead = stream !== "stdout" && stream !== "stderr" && last !== null && !last.textContent.endsWith("\n") ? "\n" : "";
      if (last?.className === stream) last.append(lead + text);
      else this.#root.append(make("span", { className: stream }, lead + text));
      this.#length += text.length;
    }
    this.#pending = [];
    while (this.#length > most && this.#root.firstChild !== null) {
      const first = this.#root.firstChild;
      const text = first.textContent ?? "";
      if (text.length > this.#length - most && first !== this.#root.lastChild) {
        this.#length -= text.length;
        first.remove();
      } else {
        const rest = text.slice(this.#length - most);
        this.#length -= text.length - rest.length;
        first.textContent = rest;
      }
    }
    if (follows) this.#root.scrollTop = this.#root.scrollHeight;
  }
}
