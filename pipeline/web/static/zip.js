// A zip file made in the browser, of files that are fetched one after the other; they are compressed already, and kept as they are.

import { blob } from "./api.js";

const UTF8 = 0x0800; // the names are in it
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crcOf(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

// Numbers as zip has them: [bytes, value], the lowest byte first.
function packed(...fields) {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let place = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(place, value, true);
    else view.setUint32(place, value, true);
    place += size;
  }
  return view.buffer;
}

const time = (now) => (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1);
const day = (now) => ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate();

// Fetches entries ({ name, path }) and gives them to the person as one file; returns what failed, with its error.
export async function download(name, entries, tell) {
  const [parts, directory, lost] = [[], [], []];
  const now = new Date();
  let offset = 0;
  for (const [index, entry] of entries.entries()) {
    tell(index + 1);
    try {
      const bytes = new Uint8Array(await (await blob(entry.path)).arrayBuffer());
      const words = new TextEncoder().encode(entry.name);
      const fields = [[2, 20], [2, UTF8], [2, 0], [2, time(now)], [2, day(now)], [4, crcOf(bytes)], [4, bytes.length], [4, bytes.length], [2, words.length], [2, 0]];
      const head = packed([4, 0x04034b50], ...fields);
      parts.push(head, words, new Blob([bytes]));
      directory.push(packed([4, 0x02014b50], [2, 20], ...fields, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]), words);
      offset += head.byteLength + words.length + bytes.length;
    } catch (error) {
      lost.push([entry, error]);
    }
  }
  const count = entries.length - lost.length;
  const size = directory.reduce((sum, part) => sum + part.byteLength, 0);
  const end = packed([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]);
  if (count) give(name, new Blob([...parts, ...directory, end], { type: "application/zip" }));
  return lost;
}

function give(name, made) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(made);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
