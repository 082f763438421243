import { useEffect, useState } from "react";
import { openModel, type PageModel } from "./model";

/** The model, loaded when the component comes and given back when it goes. */
export function useModel() {
  const [model, setModel] = useState<PageModel>();
  const [problem, setProblem] = useState<string>();

  useEffect(() => {
    const gone = new AbortController();
    const loading = openModel({ signal: gone.signal });
    loading.then(setModel, (error: unknown) => gone.signal.aborted || setProblem(String(error)));
    return () => {
      gone.abort();
      setModel(undefined);
      loading.then((loaded) => loaded.dispose(), () => {});
    };
  }, []);

  return { model, problem };
}
