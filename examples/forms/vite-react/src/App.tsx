import { useEffect, useRef } from "react";
import { mountForm } from "./form";
import { useModel } from "./useModel";

export function App() {
  const { model, problem } = useModel();
  const place = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (model === undefined) return;
    const form = place.current!;
    mountForm(form, model);
    return () => form.replaceChildren();
  }, [model]);

  return (
    <main>
      <h1>A model in a page</h1>
      <p role="status">{problem ?? (model ? `Ready, on ${model.report().threads.used} threads.` : "Loading the model")}</p>
      <div ref={place} />
    </main>
  );
}
