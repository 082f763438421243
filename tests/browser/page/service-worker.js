// A service worker that runs a model when it is asked to.
import { answer } from "./service-answer.js";

addEventListener("install", () => skipWaiting());
addEventListener("message", ({ ports: [port] }) => answer("../models/affine.wasm").then((result) => port.postMessage(result)));
