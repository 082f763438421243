// The script of the worker in which a page's graphs live.
import { serveStore } from "./serve.js";

serveStore();
