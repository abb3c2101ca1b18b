/** What the page and the worker of a model say to each other. */

import type { File } from "./files";
import type { Picture } from "./pictures";

/** How distributions become values: -1 is the mode, 0 the mean, 1 a sample. */
export interface Dial {
  readonly turn: number; // how often it was turned
  readonly position: number;
  readonly seed: number;
}

export type Processor = "wasm" | "webgpu";

export interface Start {
  readonly kind: "start";
  readonly processor: Processor;
  readonly runtime: ArrayBuffer; // of WebAssembly
  readonly encoder: File;
  readonly query: File;
  readonly margin: number;
  readonly threads: number;
}

/** Enlarge a picture, by default the last one; ends what went before. */
export interface Enlarge {
  readonly kind: "enlarge";
  readonly job: number;
  readonly picture?: Picture;
  readonly height: number;
  readonly width: number;
  readonly dial: Dial;
}

/** Decode the distributions of the last job anew. */
export interface Decode {
  readonly kind: "decode";
  readonly dial: Dial;
}

export interface Inspect {
  readonly kind: "inspect";
  readonly pixel: number;
}

export interface Cancel {
  readonly kind: "cancel";
}

export type Request = Start | Enlarge | Decode | Inspect | Cancel;

export interface Progress {
  readonly kind: "progress";
  readonly job: number;
  readonly share: number;
}

export interface Result {
  readonly kind: "result";
  readonly job: number;
  readonly turn: number; // of the dial
  readonly pixels: ImageData;
  readonly low?: ImageData; // FCS's low band
  readonly bytes: number; // that the worker holds
  readonly isSketch?: boolean; // of half the size; these two are of a job, not of decoding anew
  readonly seconds?: number;
}

/** Of one pixel's red, green and blue, in levels. */
export interface Distribution {
  readonly probabilities: Float32Array[];
  readonly first: number[]; // the level of the first probability: in FCS above or below 0
  readonly mode: number[];
  readonly mean: number[];
  readonly median: number[];
}

export interface Inspected {
  readonly kind: "inspected";
  readonly job: number;
  readonly pixel: number;
  readonly value: number[]; // as it is shown
  readonly distribution?: Distribution;
}

export interface Failed {
  readonly kind: "failed";
  readonly error: Error;
}

export type Answer = Progress | Result | Inspected | Failed;
