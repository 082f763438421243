import { defaultThreads, processorThreads, whyNoThreads } from "sconce/core";
import { LocalStore, type LocalStoreOptions } from "./local-store.js";

/** What a host asks for: without a number of threads as many as suit the processor. */
export interface StoreSettings extends Omit<LocalStoreOptions, "threads"> {
  readonly threads: number | undefined;
}

/** Graphs on this thread, with as many threads as can be had. */
export function startLocalStore(settings: StoreSettings): Promise<LocalStore> {
  const wanted = settings.threads ?? defaultThreads(processorThreads());
  return LocalStore.start({ ...settings, threads: whyNoThreads() === undefined ? wanted : 1 });
}
