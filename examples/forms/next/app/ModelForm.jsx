"use client";
import { useEffect, useRef, useState } from "react";
import { mountForm } from "./form";
import { openModel } from "./model";

export function ModelForm() {
  const place = useRef(null);
  const [status, setStatus] = useState("Loading the model");

  useEffect(() => {
    const [gone, form] = [new AbortController(), place.current];
    const loading = openModel({ signal: gone.signal });
    loading.then((model) => {
      setStatus(`Ready, on ${model.report().threads.used} threads.`);
      mountForm(form, model);
    }, (error) => gone.signal.aborted || setStatus(String(error)));
    return () => {
      gone.abort();
      form.replaceChildren();
      loading.then((model) => model.dispose(), () => {});
    };
  }, []);

  return (
    <>
      <p role="status">{status}</p>
      <div ref={place} />
    </>
  );
}
