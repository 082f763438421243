import type { Profile } from "sconce";
import type { GraphBox } from "sconce-compiler/browser";
import { element, make } from "../dom.js";
import { drawGraph, mostBoxes } from "./graph/picture.js";
import { Zoom } from "./graph/zoom.js";
import { profileOf } from "./profile.js";

/** What is looked at when somebody wants to know more: each is made when it is opened. */
export class Details {
  readonly #profile = element("profile", HTMLDetailsElement);
  readonly #graph = element("graph", HTMLDetailsElement);
  readonly #code = element("code", HTMLDetailsElement);
  readonly #makers: { profile: () => Promise<Pick<Profile, "steps" | "milliseconds">>; code: () => string };
  #boxes: readonly GraphBox[] = [];
  #zoom: Zoom | undefined;

  constructor(profile: () => Promise<Pick<Profile, "steps" | "milliseconds">>, code: () => string) {
    this.#makers = { profile, code };
    this.#profile.addEventListener("toggle", () => void (this.#profile.open && this.#showProfile()));
    this.#graph.addEventListener("toggle", () => this.#graph.open && this.#showGraph());
    this.#code.addEventListener("toggle", () => this.showCode());
    element("profile-again", HTMLButtonElement).addEventListener("click", () => void this.#showProfile());
    element("copy-code", HTMLButtonElement).addEventListener("click", () => void this.#copy());
    for (const [id, act] of [["zoom-in", (zoom: Zoom) => zoom.by(1 / 1.4)], ["zoom-out", (zoom: Zoom) => zoom.by(1.4)], ["zoom-all", (zoom: Zoom) => zoom.all()]] as const) {
      element(id, HTMLButtonElement).addEventListener("click", () => this.#zoom !== undefined && act(this.#zoom));
    }
  }

  /** Of another model. */
  open(boxes: readonly GraphBox[]): void {
    this.#boxes = boxes;
    this.#zoom = undefined;
    element("graph-place", HTMLElement).replaceChildren();
    element("profile-place", HTMLElement).replaceChildren();
    this.#graph.hidden = boxes.length === 0;
    if (this.#graph.open) this.#showGraph();
    this.showCode();
  }

  /** After a run, for which a profile can be had. */
  ran(): void {
    this.showCode();
    if (this.#profile.open && element("profile-place", HTMLElement).childElementCount === 0) void this.#showProfile();
  }

  showCode(): void {
    if (!this.#code.open) return;
    element("code-text", HTMLElement).textContent = this.#makers.code();
  }

  async #showProfile(): Promise<void> {
    const place = element("profile-place", HTMLElement);
    try {
      place.replaceChildren(profileOf(await this.#makers.profile()));
    } catch (error) {
      place.replaceChildren(make("p", { className: "note" }, error instanceof Error ? error.message : String(error)));
    }
  }

  #showGraph(): void {
    const place = element("graph-place", HTMLElement);
    if (place.childElementCount > 0) return;
    if (this.#boxes.length > mostBoxes) return place.replaceChildren(make("p", { className: "note" }, `${this.#boxes.length} boxes are more than a picture can tell: sconce inspect --graph draws them into a file.`));
    const svg = drawGraph(this.#boxes);
    const frame = make("div", { className: "graph", tabIndex: 0, role: "group", ariaLabel: "Graph: plus and minus zoom, arrows move, 0 shows all" }, svg);
    place.replaceChildren(frame);
    this.#zoom = new Zoom(svg, frame);
    this.#zoom.begin();
  }

  async #copy(): Promise<void> {
    const button = element("copy-code", HTMLButtonElement);
    const text = element("code-text", HTMLElement);
    try {
      await navigator.clipboard.writeText(text.textContent ?? "");
      button.textContent = "Copied";
    } catch {
      // Where a page may not: it is marked, for the keys.
      getSelection()?.selectAllChildren(text);
      button.textContent = "Marked: press Ctrl+C";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  }
}
