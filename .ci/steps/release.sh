# takes: 30
# A release, prepared in a scratch folder, and refused in a sentence where it may not be.
.ci/install tools/release
npx tsc --noEmit -p tools/release
npx oxlint --type-aware --deny-warnings tools/release
npm run test:release
