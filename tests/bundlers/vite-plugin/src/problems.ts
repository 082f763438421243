// What Vite shows in its overlay.
import { post } from "./post";

import.meta.hot?.on("vite:error", ({ err }) => void post({ problem: err.message }));
