# alone: an abort that takes 50 ms fails
# Real faults: killed processes, cut connections, and the time of an abort over real sockets.
node_modules/.bin/vitest run --project faults
