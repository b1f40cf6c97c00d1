# How often the example finds the right passage; fails if that is no longer most of the time.
npm run measure
