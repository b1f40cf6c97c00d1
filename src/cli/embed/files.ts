/** Opens what the command reads: a file, a compressed file, or a standard stream. */

import { createReadStream, type Stats } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

const PIECE_BYTES = 256 * 1024;

/** Whether a file is compressed, by its name. */
export function isGzip(path: string): boolean {
  return path.endsWith(".gz");
}

/**
 * Reads a file piece by piece, decompressed if it is compressed.
 *
 * @param path - `undefined` for standard input.
 */
export function readPieces(path: string | undefined): AsyncIterable<Buffer> {
  if (path === undefined) return process.stdin;
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  if (!isGzip(path)) return file;
  // The callback is required; the error also ends the iteration.
  return pipeline(file, createGunzip({ chunkSize: PIECE_BYTES }), () => {});
}

/** Returns what is known of a file; `undefined` if there is none. */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Determines whether two paths are one file. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const paths = await Promise.all([one, other].map((path) => realpath(path).catch(() => path)));
  return paths[0] === paths[1];
}

/** Problem and fix for each code that a file system usually responds with. */
const PROBLEMS: Readonly<Record<string, readonly [problem: string, fix: string]>> = {
  ENOENT: ["there is no such file or folder", "check the path"],
  EISDIR: ["it is a folder", "name a file"],
  EACCES: ["this user may not open it", "change its permissions, or name another file"],
  EPERM: ["this user may not open it", "change its permissions, or name another file"],
  EROFS: ["the file system is read-only", "name a file elsewhere"],
  ENOSPC: ["the disk is full", "free some space"],
  EDQUOT: ["the disk quota is used up", "free some space"],
  EFBIG: ["the file is too large for the file system", "name a file elsewhere"],
  Z_BUF_ERROR: ["the compressed data ends too early", "copy the file again"],
  Z_DATA_ERROR: ["the compressed data is corrupt", "copy the file again"],
};

/** Describes a failure of the file system or of the decompression; `undefined` for any other error. */
export function describeFileError(error: unknown): { problem: string; fix: string } | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (typeof code !== "string" || !/^(E[A-Z]+|Z_[A-Z_]+)$/.test(code)) return undefined;
  const [problem, fix] = PROBLEMS[code] ?? [message, "check the disk"];
  return { problem, fix };
}

/** Adds the action to a failure of the file system. Every other error passes. */
export function withAction(action: string, error: unknown): unknown {
  const described = describeFileError(error);
  if (!described) return error;
  return new Error(`Cannot ${action}: ${described.problem}; ${described.fix}`, { cause: error });
}
