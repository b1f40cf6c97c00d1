# alone: npm start builds dist, and must print an answer within a minute
# npm start without a key or a terminal prints an answer within a minute. A second start embeds nothing.
output=$(timeout 60 npm start)
echo "$output"
grep -q "^No TOGETHER_API_KEY: running on the emulator" <<<"$output"
grep -q "^Vector search finds 20 candidates" <<<"$output"
grep -Eq "^ +[0-9]+ → 1  0\.[0-9]+  node_modules/" <<<"$output"
grep -q "^Answer: ." <<<"$output"

again=$(timeout 60 npm start -- "How do I merge two objects deeply?")
grep -E "passages read from the cache in .*: nothing to embed" <<<"$again"
