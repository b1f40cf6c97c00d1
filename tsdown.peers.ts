import { posix } from "node:path";
import type { Rolldown } from "tsdown";
import packageJson from "./package.json" with { type: "json" };

/** How the frameworks, which are optional peers, stand in what is built. */
const PEER = `"((${Object.keys(packageJson.peerDependencies).join("|")})(?:/[^"]+)?)"`;
const IMPORT = new RegExp(`^import \\{([^}]+)\\} from ${PEER};$`, "gm");
const REQUIRE = new RegExp(`(?<== )require\\(${PEER}\\)(?=;$)`, "gm");

/**
 * Says what to install where a framework is missing.
 *
 * CommonJS loads a framework when that line is reached, so there a sentence can be thrown. ES modules are linked before
 * any line runs, and what a user sees is the error of Node, Deno, Bun or a bundler. It names the package, and the file
 * that wants it; so that file gets a name that says the rest:
 *
 *     Cannot find package 'llamaindex' imported from .../dist/llamaindex/please-run-npm-install/llamaindex.js
 *
 * A sentence of ours would take a top-level `await import()`. But that makes the entry asynchronous for everybody:
 * `require()` of an ES module that imports it would throw (Node 22 and later), and esbuild could not bundle it as
 * CommonJS. A name costs nothing.
 */
export function namesMissingPeers(): Rolldown.Plugin {
  return {
    name: "names-missing-peers",
    renderChunk(code, chunk, { format }) {
      if (format === "cjs") return { code: withSentence(code), map: null };
      if (!chunk.fileName.endsWith(".js")) return null;
      const sources = new Map<string, string>();
      const redirected = code.replaceAll(IMPORT, (_, names: string, id: string, peer: string) => {
        const file = `${chunk.name.replace(/\/index$/, "")}/please-run-npm-install/${peer}.js`;
        const exported = names.replaceAll(/ as \w+/g, "");
        sources.set(file, `${sources.get(file) ?? ""}export {${exported}} from "${id}";\n`);
        return `import {${names}} from "./${posix.relative(posix.dirname(chunk.fileName), file)}";`;
      });
      for (const [fileName, source] of sources) this.emitFile({ type: "asset", fileName, source });
      return { code: redirected, map: null };
    },
  };
}

function withSentence(code: string): string {
  const guarded = code.replaceAll(
    REQUIRE,
    (load, _, peer: string) => `requirePeer("${peer}", () => ${load})`,
  );
  return guarded === code ? code : `${guarded}\n${requirePeer.toString()}\n`;
}

/** Stands at the end of the files that load a framework. */
function requirePeer(name: string, load: () => unknown): unknown {
  try {
    return load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "MODULE_NOT_FOUND" || !message.includes(`'${name}`)) throw error;
    const sentence = `Cannot load this part of together-retrieval: ${name} is not installed; run npm install ${name}`;
    throw Object.assign(new Error(sentence, { cause: error }), { code });
  }
}
