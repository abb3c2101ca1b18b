/** Put the page together in a folder that has its models and photographs: node build.js FOLDER. */

import { createHash } from "node:crypto";
import { copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const RUNTIMES = {
  wasm: "ort-wasm-simd-threaded.wasm",
  webgpu: "ort-wasm-simd-threaded.asyncify.wasm",
};
const SOURCES = import.meta.dirname;
const folder = path.resolve(process.argv[2]);

const source = (name) => path.join(SOURCES, name);
const made = (name) => path.join(folder, name);

async function hash(name) {
  const bytes = await readFile(made(name));
  return `sha384-${createHash("sha384").update(bytes).digest("base64")}`;
}

async function bundle(name, target, options = {}) {
  await build({
    entryPoints: [source(`src/${name}.ts`)],
    outfile: made(target),
    bundle: true,
    format: "esm",
    target: "es2023",
    minify: true,
    legalComments: "external",
    ...options,
  });
}

for (const entry of await readdir(folder, { withFileTypes: true })) {
  if (entry.isFile() && entry.name !== "content.json") await rm(made(entry.name)); // of before
}
await copyFile(source("style.css"), made("style.css"));
for (const [processor, name] of Object.entries(RUNTIMES)) {
  const runtime = await readFile(source(`node_modules/onnxruntime-web/dist/${name}`));
  // Not called .gz, which some servers would have the browser unpack.
  await writeFile(made(`${processor}.bin`), gzipSync(runtime, { level: 9 }));
  const alias = { "onnxruntime-web": `onnxruntime-web/${processor}` };
  await bundle("worker", `${processor}.worker.js`, { alias });
}

const content = JSON.parse(await readFile(made("content.json"), "utf8"));
const files = Object.keys(RUNTIMES).flatMap((name) => [`${name}.bin`, `${name}.worker.js`]);
for (const part of ["models", "samples"]) {
  files.push(...(await readdir(made(part))).map((name) => `${part}/${name}`));
}
const hashes = await Promise.all(files.map(async (name) => [name, await hash(name)]));
const integrity = Object.fromEntries(hashes);
await bundle("page", "page.js", {
  define: { INTEGRITY: JSON.stringify(integrity), CONTENT: JSON.stringify(content) },
});

let page = await readFile(source("index.html"), "utf8");
for (const name of ["style.css", "page.js"]) page = page.replace(`{{${name}}}`, await hash(name));
await writeFile(made("index.html"), page);
