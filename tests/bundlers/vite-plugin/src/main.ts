import { answer } from "./answer";
import { post } from "./post";

await post(await answer());
