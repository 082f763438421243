"use client";
import { useEffect, useRef, useState } from "react";
import { watchCamera } from "./camera";
import { look, openModel } from "./model";

export function CameraPage() {
  const video = useRef(null);
  const [model, setModel] = useState();
  const [running, setRunning] = useState(false);
  const [answers, setAnswers] = useState([]);
  const [problem, setProblem] = useState();

  // Loaded when the component comes, and given back when it goes.
  useEffect(() => {
    const gone = new AbortController();
    const loading = openModel({ signal: gone.signal });
    loading.then(setModel, (error) => gone.signal.aborted || setProblem(String(error)));
    return () => {
      gone.abort();
      setModel(undefined);
      loading.then((loaded) => loaded.dispose(), () => {});
    };
  }, []);

  useEffect(() => {
    if (model === undefined || !running) return;
    const gone = new AbortController();
    watchCamera(video.current, async (frame) => setAnswers(await look(model, frame)), gone.signal).catch((error) => {
      if (gone.signal.aborted) return;
      setProblem(`The camera cannot be used: ${error}`);
      setRunning(false);
    });
    return () => gone.abort();
  }, [model, running]);

  const read = async (file) => {
    try {
      setAnswers(await look(model, file));
      setProblem(undefined);
    } catch (error) {
      setProblem(String(error));
    }
  };

  return (
    <>
      <p>
        <button disabled={!model} onClick={() => setRunning(!running)}>{running ? "Stop" : "Camera"}</button> or a picture:{" "}
        <input type="file" accept="image/*" aria-label="A picture" disabled={!model} onChange={({ target }) => target.files[0] && read(target.files[0])} />
      </p>
      <p role="status">{problem ?? (model ? `Ready, on ${model.report().threads.used} threads.` : "Loading the model")}</p>
      <video ref={video} muted playsInline hidden={!running} />
      <ul>{answers.map(({ name, text }) => <li key={name}>{name}: {text}</li>)}</ul>
    </>
  );
}
