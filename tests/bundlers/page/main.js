import { runModel } from "./model.js";

void runModel();
