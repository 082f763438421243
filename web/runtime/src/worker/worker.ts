// The script that a worker of the runtime runs. It stands for itself, and index.js takes from it what page and worker share.
import { serve } from "./serve.js";
import { isOurWorker } from "./worker-name.js";

export { builtin } from "../shared/builtin.js";
export { bind } from "../shared/bound.js";
export { announceRun, header, wakeHelpers } from "../graph/context-header.js";
export { evaluate, formatDim } from "../shared/dims.js";
export { defaultThreads, hasRelaxedSimd, processorThreads, whyNoThreads } from "../graph/engine.js";
export { SconceError, aborted, describe, suggestion } from "../shared/errors.js";
export { free } from "../shared/free.js";
export { Host } from "./host.js";
export { bindInputs } from "../graph/inputs.js";
export { elsewhere, shardName, weightsBeside } from "../loading/shards.js";
export { elementsOf, viewOf } from "../shared/tensor.js";
export { version } from "../shared/version.js";
export { methodOf } from "../artifact/manifest.js";
export { workerName } from "./worker-name.js";
export { zeros } from "../graph/zeros.js";

if (isOurWorker()) serve();
