/**
 * Runs the code of a Code node as n8n's task runner does (js-task-runner.ts, require-resolver.ts and
 * prototype-hardening.ts of n8n, read 2026-11). Global functions and their prototypes are frozen. The code runs in a
 * context of `node:vm`. `require` loads only allowed packages. Arguments: the code, and the items as JSON. Prints the
 * result as JSON.
 */

const { EventEmitter } = require("node:events");
const { createContext, runInContext } = require("node:vm");

const [, , code, json] = process.argv;
const items = JSON.parse(json);

for (const name of Object.getOwnPropertyNames(globalThis)) {
  const value = globalThis[name];
  if (typeof value !== "function") continue;
  if (value.prototype) Object.freeze(value.prototype);
  Object.freeze(value);
}
[Reflect, JSON, Math].forEach(Object.freeze);
for (const method of ["emit", "on", "once", "addListener", "prependListener", "prependOnceListener"]) {
  const value = EventEmitter.prototype[method];
  Object.defineProperty(EventEmitter.prototype, method, {
    value,
    writable: false,
    configurable: false,
    enumerable: true,
  });
}

const context = createContext({
  module: {},
  $input: { all: () => items, first: () => items[0] },
  require: (name) => {
    if (name === process.env.NODE_FUNCTION_ALLOW_EXTERNAL) return require(name);
    throw new Error(`Module '${name}' is disallowed`);
  },
});

runInContext(`module.exports = async function VmCodeWrapper() {${code}\n}()`, context).then(
  (result) => process.stdout.write(JSON.stringify(result)),
  (error) =>
    process.stdout.write(JSON.stringify({ name: error.name, code: error.code, message: error.message })),
);
