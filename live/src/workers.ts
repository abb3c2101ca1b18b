/** The models, each in a worker of its own. */

import { fetched, locate, unzipped } from "./files";
import type { Answer, Request } from "./messages";

/** Put in by the build: as `live/content.py` wrote it. */
declare const CONTENT: { samples: string[]; margin: number };

export const MODELS = ["lte", "cs", "fcs"] as const;
export type Name = (typeof MODELS)[number];
export const SAMPLES = CONTENT.samples;

const workers = new Map<Name, Worker>();

/** Start all of them on the fastest processor that there is; gives its name. */
export async function startWorkers(
  receive: (name: Name, answer: Answer) => void,
  fail: (error: Error) => void,
): Promise<string> {
  const adapter = await navigator.gpu?.requestAdapter();
  const hasGpu = adapter && !adapter.info?.isFallbackAdapter; // which is a program
  const processor = hasGpu ? "webgpu" : "wasm";
  const cores = navigator.hardwareConcurrency ?? 1;
  const threads = self.crossOriginIsolated ? Math.max(1, Math.floor(cores / MODELS.length)) : 1;
  const source = await fetched(locate(`${processor}.worker.js`));
  const code = URL.createObjectURL(await source.blob());
  const runtime = await unzipped(locate(`${processor}.bin`));
  for (const name of MODELS) {
    const worker = new Worker(code, { type: "module", name });
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => receive(name, data));
    worker.addEventListener("error", ({ message }) => fail(new Error(message)));
    workers.set(name, worker);
    worker.postMessage({
      kind: "start",
      processor,
      runtime,
      encoder: locate(`models/${name}.encoder.onnx`),
      query: locate(`models/${name}.query.onnx`),
      margin: CONTENT.margin,
      threads,
    } satisfies Request);
  }
  return hasGpu ? "WebGPU" : `WebAssembly × ${threads}`;
}

export function askAll(request: Request): void {
  for (const worker of workers.values()) worker.postMessage(request);
}
