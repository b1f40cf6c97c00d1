# takes: 40
# The API reference is up to date with the doc comments, and typedoc reports no warning.
fresh=$(mktemp --directory)
npm run --silent reference -- --out "$fresh"
diff --recursive docs/reference/api "$fresh" || {
  echo "docs/reference/api is not up to date with the doc comments: run npm run reference"
  exit 1
}
