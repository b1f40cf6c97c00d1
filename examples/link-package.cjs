// Lets a folder with packages of its own import this repository's build as "together-retrieval". A dependency on
// "file:../.." would copy the list of all packages of the repository into every lockfile.
const { rmSync, symlinkSync } = require("node:fs");
const { join, relative } = require("node:path");

const link = "node_modules/together-retrieval";
rmSync(link, { recursive: true, force: true });
symlinkSync(relative("node_modules", join(__dirname, "..")), link, "junction");
