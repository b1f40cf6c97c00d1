/** Jest's fake timers. Functions that the client does not use stay real, because nock and msw need them. */
module.exports = (jest) => ({
  fake: () => jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] }),
  real: () => jest.useRealTimers(),
  advance: (ms) => jest.advanceTimersByTimeAsync(ms),
  count: () => jest.getTimerCount(),
});
