// The script that a worker of the runtime runs.
import { serve } from "./serve.js";

serve();
