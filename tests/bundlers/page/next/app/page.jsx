"use client";
import { useEffect } from "react";
import { runModel } from "../model.js";

export default function Page() {
  useEffect(() => void runModel(), []);
  return <p>A model runs.</p>;
}
