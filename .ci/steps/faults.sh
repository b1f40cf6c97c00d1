# alone: an abort that takes 50 ms fails
# Real faults: processes killed, connections cut, and how long an abort takes over real sockets.
npx vitest run --project faults
