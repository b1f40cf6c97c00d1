# takes: 40
# The API reference is what the doc comments say, and typedoc has nothing against them.
fresh=$(mktemp --directory)
npm run --silent reference -- --out "$fresh"
diff --recursive docs/reference/api "$fresh" || {
  echo "docs/reference/api is not what the doc comments say: run npm run reference"
  exit 1
}
