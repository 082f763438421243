import { answer } from "./answer";

postMessage(await answer());
