/** Jest's fake timers. What is not a timer of the client stays real: nock and msw need it. */
module.exports = (jest) => ({
  fake: () => jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] }),
  real: () => jest.useRealTimers(),
  advance: (ms) => jest.advanceTimersByTimeAsync(ms),
  count: () => jest.getTimerCount(),
});
