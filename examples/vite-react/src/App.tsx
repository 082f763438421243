import { useEffect, useRef, useState } from "react";
import { watchCamera } from "./camera";
import { type Answer, look, type PageModel } from "./model";
import { useModel } from "./useModel";

export function App() {
  const { model, problem: loading } = useModel();
  const [running, setRunning] = useState(false);
  const [answers, setAnswers] = useState<Answer[]>([]);
  const [problem, setProblem] = useState<string>();

  const read = async (loaded: PageModel, file: File) => {
    try {
      setAnswers(await look(loaded, file));
      setProblem(undefined);
    } catch (error) {
      setProblem(String(error));
    }
  };

  return (
    <main
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const file = event.dataTransfer.files[0];
        if (model && file) void read(model, file);
      }}
    >
      <h1>A model that looks through the camera</h1>
      <p>
        <button disabled={!model} onClick={() => setRunning(!running)}>{running ? "Stop" : "Camera"}</button> or a picture:{" "}
        <input type="file" accept="image/*" aria-label="A picture" disabled={!model} onChange={({ target }) => model && target.files?.[0] && void read(model, target.files[0])} />
      </p>
      <p role="status">{problem ?? loading ?? (model ? `Ready, on ${model.report().threads.used} threads.` : "Loading the model")}</p>
      {model && running && <Camera model={model} onAnswers={setAnswers} onProblem={(text) => { setProblem(text); setRunning(false); }} />}
      <ul>{answers.map(({ name, text }) => <li key={name}>{name}: {text}</li>)}</ul>
    </main>
  );
}

/** The camera is on for as long as this is on the page. */
function Camera({ model, onAnswers, onProblem }: { model: PageModel; onAnswers: (answers: Answer[]) => void; onProblem: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const told = useRef({ onAnswers, onProblem });
  useEffect(() => void (told.current = { onAnswers, onProblem }));

  useEffect(() => {
    const gone = new AbortController();
    watchCamera(video.current!, async (frame) => told.current.onAnswers(await look(model, frame)), gone.signal).catch((error: unknown) => {
      if (!gone.signal.aborted) told.current.onProblem(`The camera cannot be used: ${error}`);
    });
    return () => gone.abort();
  }, [model]);

  return <video ref={video} muted playsInline />;
}
