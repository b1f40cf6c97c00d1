const specs = require("./specs.cjs");
const clock = require("./jest-clock.cjs");

const { spyOn, resetModules } = jest;
const runner = { describe, it, expect, afterEach, spyOn, resetModules, clock: clock(jest), hasMsw: false };
specs(runner, async (name) => {
  const loaded = require(name);
  return name === "nock" ? { default: loaded } : loaded;
});
