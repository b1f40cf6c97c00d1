/**
 * A compressed output is a list of gzip members, one after another, as `gzip` and `node:zlib` read them. Each member
 * holds whole lines, and says in its header how long it is. So a member that was cut short can be removed, and the
 * members before it are found without a guess. BGZF of bioinformatics does the same (SAM specification, section 4.1).
 */

import { open, type FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** The header of gzip that zlib writes, without optional fields (RFC 1952). */
const PLAIN_HEADER_BYTES = 10;
const FLAGS = 3;
const HAS_EXTRA_FIELD = 4;
/** Length of all extra fields (2 bytes), id of this one (2), its length (2), and the length of the member (4). */
const EXTRA_BYTES = 10;
const HEADER_BYTES = PLAIN_HEADER_BYTES + EXTRA_BYTES;
const FIELD_ID = "TR";

/** Digits hardly compress any better at higher levels, which take twice the time. */
const LEVEL = 1;

/** Compresses lines into one member. */
export async function gzipMember(lines: Buffer): Promise<Buffer> {
  const plain = await compress(lines, { level: LEVEL });
  const member = Buffer.alloc(plain.length + EXTRA_BYTES);
  plain.copy(member, 0, 0, PLAIN_HEADER_BYTES);
  plain.copy(member, HEADER_BYTES, PLAIN_HEADER_BYTES);
  member.writeUInt8(HAS_EXTRA_FIELD, FLAGS);
  member.writeUInt16LE(EXTRA_BYTES - 2, PLAIN_HEADER_BYTES);
  member.write(FIELD_ID, PLAIN_HEADER_BYTES + 2, "latin1");
  member.writeUInt16LE(4, PLAIN_HEADER_BYTES + 4);
  member.writeUInt32LE(member.length, PLAIN_HEADER_BYTES + 6);
  return member;
}

/** Returns the length that a member has by its header; `undefined` if it is not a member that this file writes. */
function lengthOf(header: Buffer): number | undefined {
  const isOurs =
    header.readUInt16BE(0) === 0x1f_8b &&
    header[FLAGS] === HAS_EXTRA_FIELD &&
    header.toString("latin1", PLAIN_HEADER_BYTES + 2, PLAIN_HEADER_BYTES + 4) === FIELD_ID;
  return isOurs ? header.readUInt32LE(PLAIN_HEADER_BYTES + 6) : undefined;
}

/** The lines of a member, and where it ends in the file. */
export interface Member {
  readonly lines: Buffer;
  readonly end: number;
}

/**
 * Reads the complete members of a file.
 *
 * @throws the error of `foreign` if a member is not one of {@link gzipMember}.
 */
export async function* readMembers(
  path: string,
  foreign: () => Error,
): AsyncGenerator<Member, void, undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    let start = 0;
    while (start + HEADER_BYTES <= size) {
      const length = lengthOf(await readAt(file, start, HEADER_BYTES));
      if (length === undefined || length <= HEADER_BYTES) throw foreign();
      if (start + length > size) return;
      const lines = await decompress(await readAt(file, start, length));
      start += length;
      yield { lines, end: start };
    }
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(buffer, read, length - read, start + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer;
}
