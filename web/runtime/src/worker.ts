// The script that a worker of the runtime runs. It stands for itself, and index.js takes from it what page and worker share.
import { serve } from "./serve.js";
import { isOurWorker } from "./worker-name.js";

export { builtin } from "./builtin.js";
export { bind } from "./bound.js";
export { announceRun, header, wakeHelpers } from "./context-header.js";
export { evaluate, formatDim } from "./dims.js";
export { defaultThreads, hasRelaxedSimd, processorThreads, whyNoThreads } from "./engine.js";
export { SconceError, aborted, describe, suggestion } from "./errors.js";
export { Host } from "./host.js";
export { bindInputs } from "./inputs.js";
export { elsewhere, shardName } from "./shards.js";
export { elementsOf, viewOf } from "./tensor.js";
export { version } from "./version.js";
export { workerName } from "./worker-name.js";

if (isOurWorker()) serve();
