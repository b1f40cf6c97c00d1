// Lets a folder with packages of its own say `import ... from "together-retrieval"` and get this repository's build:
// a link, because a dependency on "file:../.." would copy the list of all its packages into every lockfile.
const { rmSync, symlinkSync } = require("node:fs");

rmSync("node_modules/together-retrieval", { recursive: true, force: true });
symlinkSync("../../..", "node_modules/together-retrieval", "junction");
