/** Is told of text as it comes. */
export type TextListener = (text: string) => void;

/** A listener of bytes for one of text: a character whose bytes come in two pieces comes whole. */
export function textOf(listener: TextListener): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder();
  return (bytes) => {
    const text = decoder.decode(bytes, { stream: true });
    if (text !== "") listener(text);
  };
}
