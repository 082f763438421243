import { make } from "../dom.js";
import { paintThumbnail } from "../thumbnail.js";

/** Files by names that the visitor can change: the models, and the guest's folder. */
export class NamedFiles {
  readonly #root: HTMLUListElement;
  readonly #what: string;
  readonly #changed: () => void;
  readonly #rows = new Map<HTMLLIElement, { name: HTMLInputElement; bytes: Uint8Array; address: string }>();

  /**
   * @param what what a name of this list is, for those who hear the page
   * @param changed told when files came or went
   */
  constructor(root: HTMLUListElement, what: string, changed: () => void = () => {}) {
    this.#root = root;
    this.#changed = changed;
    this.#what = what;
  }

  /**
   * Adds a file; one of the same name goes.
   * @param saved its name when it is saved, of a file that was made here
   */
  add(name: string, bytes: Uint8Array, size: string, saved?: string): void {
    for (const [row, { name: field }] of this.#rows) if (field.value === name) this.#remove(row);
    const field = make("input", { value: name, spellcheck: false, autocomplete: "off", ariaLabel: `${this.#what} (${name})` });
    const picture = make("canvas", { className: "thumbnail", width: 1, height: 1 });
    picture.setAttribute("aria-hidden", "true");
    const remove = make("button", { type: "button", className: "remove", title: "Remove", ariaLabel: `Remove ${name}` }, "×");
    const address = saved === undefined ? "" : URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
    const links = saved === undefined ? [] : [make("a", { className: "save", href: address, download: saved, title: `Save ${saved}`, ariaLabel: `Save ${saved}` }, "↓")];
    const row = make("li", {}, picture, field, make("span", { className: "size" }, size), ...links, remove);
    remove.addEventListener("click", () => this.#remove(row));
    this.#rows.set(row, { name: field, bytes, address });
    this.#root.append(row);
    void paintThumbnail(picture, bytes);
    this.#changed();
  }

  get size(): number {
    return this.#rows.size;
  }

  /** What is in the list now, by whatever names. */
  *contents(): Iterable<[string, Uint8Array]> {
    for (const { name, bytes } of this.#rows.values()) yield [name.value, bytes];
  }

  /** Throws where two have one name, or one has none. */
  entries(): Map<string, Uint8Array> {
    const found = new Map<string, Uint8Array>();
    for (const { name: { value }, bytes } of this.#rows.values()) {
      const name = value.trim();
      if (name === "") throw new Error(`a ${this.#what} is empty: write one, or remove the file`);
      if (found.has(name)) throw new Error(`the ${this.#what} ${JSON.stringify(name)} is there twice: change or remove one`);
      found.set(name, bytes);
    }
    return found;
  }

  clear(): void {
    for (const row of this.#rows.keys()) this.#remove(row);
  }

  #remove(row: HTMLLIElement): void {
    row.remove();
    URL.revokeObjectURL(this.#rows.get(row)?.address ?? "");
    this.#rows.delete(row);
    this.#changed();
  }
}
