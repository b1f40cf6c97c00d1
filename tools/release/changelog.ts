import { parser, type Release } from "keep-a-changelog";

const UNRELEASED = /^## \[?Unreleased\]?$/im;

/** The contents of CHANGELOG.md: the unreleased section, and the newest version. */
export interface Changelog {
  readonly upcoming: Release | undefined;
  readonly newest: string | undefined;
}

/** Parses CHANGELOG.md. @throws Error if the text does not have the format of Keep a Changelog. */
export function readChangelog(text: string): Changelog {
  const { releases } = parser(text);
  return {
    upcoming: releases.find(({ version }) => version === undefined),
    newest: releases.find(({ version }) => version !== undefined)?.version,
  };
}

/** Gives the section [Unreleased] a version and a date. Everything else stays unchanged. */
export function withRelease(text: string, version: string, day: string): string {
  return text.replace(UNRELEASED, (heading) => `${heading}\n\n## [${version}] - ${day}`);
}
