import { parser, type Release } from "keep-a-changelog";

const UNRELEASED = /^## \[?Unreleased\]?$/im;

/** What stands in CHANGELOG.md: the sections of versions, the newest first, and that of what is to come. */
export interface Changelog {
  readonly upcoming: Release | undefined;
  readonly newest: string | undefined;
}

/** @throws Error if the text has not the form of Keep a Changelog. */
export function readChangelog(text: string): Changelog {
  const { releases } = parser(text);
  return {
    upcoming: releases.find(({ version }) => version === undefined),
    newest: releases.find(({ version }) => version !== undefined)?.version,
  };
}

/** Gives the section [Unreleased] its version and its day. Everything else stays unchanged. */
export function withRelease(text: string, version: string, day: string): string {
  return text.replace(UNRELEASED, (heading) => `${heading}\n\n## [${version}] - ${day}`);
}
