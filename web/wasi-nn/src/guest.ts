// Runs commands of WASI preview 1 that use WASI-NN.
export { type GuestOptions, type GuestResult, runGuest } from "./guest/run.js";
export { type TextListener, textOf } from "./guest/text.js";
