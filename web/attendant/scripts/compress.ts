/** Writes a .br and a .gz beside every file of the build that compresses well; the gateway serves them as they are. */
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const COMPRESSED = /\.(js|css|html|svg|json|webmanifest)$/;
const dist = join(import.meta.dirname, "..", "dist");

const names = (await readdir(dist, { recursive: true })).filter((name) => COMPRESSED.test(name));
await Promise.all(
  names.map(async (name) => {
    const plain = await readFile(join(dist, name));
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
    await writeFile(join(dist, `${name}.br`), await promisify(brotliCompress)(plain, quality));
    await writeFile(join(dist, `${name}.gz`), await promisify(gzip)(plain, { level: 9 }));
  }),
);
console.log(`compressed ${names.length} files`);
