// What a CommonJS program may write where Node requires modules.
import sconce = require("sconce");

void sconce.load("model.wasm").then((model: sconce.Model) => model.dispose());
