import { install } from "@sinonjs/fake-timers";
import sinon from "sinon";
import { afterEach, describe, expect, it, vi } from "vitest";
import specs from "./specs.cjs";

const runner = { describe, it, expect, afterEach, spyOn: vi.spyOn, resetModules: vi.resetModules };
const load = (name) => import(name);

const clocks = {
  Vitest: {
    fake: () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] }),
    real: () => vi.useRealTimers(),
    advance: (ms) => vi.advanceTimersByTimeAsync(ms),
    count: () => vi.getTimerCount(),
  },
  "Vitest without performance": {
    fake: () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }),
    real: () => vi.useRealTimers(),
    advance: (ms) => vi.advanceTimersByTimeAsync(ms),
    count: () => vi.getTimerCount(),
  },
  Sinon: ofSinon(
    (toFake) => sinon.useFakeTimers({ toFake }),
    (clock) => clock.restore(),
  ),
  "@sinonjs/fake-timers": ofSinon(
    (toFake) => install({ toFake }),
    (clock) => clock.uninstall(),
  ),
};

function ofSinon(start, end) {
  let clock;
  return {
    fake: () => void (clock = start(["setTimeout", "clearTimeout", "performance", "Date"])),
    real: () => void (clock &&= void end(clock)),
    advance: (ms) => clock.tickAsync(ms),
    count: () => clock.countTimers(),
  };
}

for (const [name, clock] of Object.entries(clocks)) {
  describe(`with the fake timers of ${name}`, () => specs({ ...runner, clock }, load));
}
