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

/** What is fetched before the list, by the names of the build, and how much of it there may be: kB as the gateway sends it. */
const FIRST_LOAD = ["frame", "desk", "inbox", "pt-BR"];
const FIRST_LOAD_KB = 250;

const sizes = await Promise.all(
  FIRST_LOAD.map(async (name) => {
    const file = names.find((one) => new RegExp(`^assets/${name}-[\\w-]{8}\\.js$`).test(one));
    if (file === undefined) throw new Error(`the build has no ${name}`);
    return { name, kB: (await readFile(join(dist, `${file}.br`))).length / 1000 };
  }),
);
const whole = sizes.reduce((sum, { kB }) => sum + kB, 0);
const each = sizes.map(({ name, kB }) => `${name} ${kB.toFixed(1)}`).join(", ");
console.log(`before the list: ${whole.toFixed(1)} kB (${each})`);
if (whole > FIRST_LOAD_KB)
  throw new Error(`before the list: ${whole.toFixed(1)} kB, more than ${FIRST_LOAD_KB} (${each})`);
