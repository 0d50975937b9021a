// Writes zip archives for tests, right ones and wrong ones. Records as in PKWARE APPNOTE 6.3.10, section 4.3.
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** default: deflated */
  readonly stored?: boolean;
  /** wide size fields in an extra field, as for members beyond 4 GiB */
  readonly zip64?: boolean;
  /** written instead of the real one */
  readonly crc32?: number;
  readonly claimedBytes?: number;
  readonly method?: number;
  readonly encrypted?: boolean;
}

const ONES = 0xffff_ffff;

/** An archive of these members; with `zip64` also its end record is the wide one. */
export function writeZip(
  members: readonly ZipMember[],
  options: { zip64?: boolean; comment?: string } = {},
): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const data = member.stored ? Buffer.from(member.bytes) : deflateRawSync(member.bytes);
    const name = Buffer.from(member.name);
    const bytes = member.claimedBytes ?? member.bytes.byteLength;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(45, 0);
    common.writeUInt16LE(member.encrypted ? 1 : 0, 2);
    common.writeUInt16LE(member.method ?? (member.stored ? 0 : 8), 4);
    common.writeUInt32LE(member.crc32 ?? crc32(member.bytes), 10);
    common.writeUInt32LE(member.zip64 ? ONES : data.length, 14);
    common.writeUInt32LE(member.zip64 ? ONES : bytes, 18);
    common.writeUInt16LE(name.length, 22);
    const wide = member.zip64 ? extra(bytes, data.length, offset) : Buffer.alloc(0);
    common.writeUInt16LE(wide.length, 24);
    parts.push(signed(0x04034b50, common), name, wide, data);
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(member.zip64 ? ONES : offset, 12);
    const version = Buffer.from([45, 0]);
    directory.push(signed(0x02014b50, Buffer.concat([version, common, entry.subarray(2)])), name, wide);
    offset += 30 + name.length + wide.length + data.length;
  }
  const entries = Buffer.concat(directory);
  const comment = Buffer.from(options.comment ?? "");
  const end = Buffer.alloc(18);
  end.writeUInt16LE(options.zip64 ? 0xffff : members.length, 4);
  end.writeUInt16LE(options.zip64 ? 0xffff : members.length, 6);
  end.writeUInt32LE(options.zip64 ? ONES : entries.length, 8);
  end.writeUInt32LE(options.zip64 ? ONES : offset, 12);
  end.writeUInt16LE(comment.length, 16);
  const tail = options.zip64 ? wideEnd(members.length, entries.length, offset) : Buffer.alloc(0);
  return Buffer.concat([...parts, entries, tail, signed(0x06054b50, end), comment]);
}

/** Extra field 1: unpacked size, packed size, offset. Another field before it, which readers must step over. */
function extra(bytes: number, packedBytes: number, offset: number): Buffer {
  const field = Buffer.alloc(6 + 4 + 24);
  field.writeUInt16LE(0x5455, 0);
  field.writeUInt16LE(2, 2);
  field.writeUInt16LE(1, 6);
  field.writeUInt16LE(24, 8);
  [bytes, packedBytes, offset].forEach((value, index) => field.writeBigUInt64LE(BigInt(value), 10 + 8 * index));
  return field;
}

function wideEnd(count: number, directoryBytes: number, directoryOffset: number): Buffer {
  const record = Buffer.alloc(52);
  record.writeBigUInt64LE(44n, 0);
  [count, count, directoryBytes, directoryOffset].forEach((value, index) =>
    record.writeBigUInt64LE(BigInt(value), 20 + 8 * index),
  );
  const locator = Buffer.alloc(16);
  locator.writeBigUInt64LE(BigInt(directoryOffset + directoryBytes), 4);
  locator.writeUInt32LE(1, 12);
  return Buffer.concat([signed(0x06064b50, record), signed(0x07064b50, locator)]);
}

function signed(signature: number, record: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(signature);
  return Buffer.concat([head, record]);
}
