/** An element of the page by its id. */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

/** A new element with attributes and content. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Partial<HTMLElementTagNameMap[K]> = {}, ...content: (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...content);
  return made;
}
