/** What a model says of all pixels of a result, and how it becomes a picture. */

import type { Dial, Inspected } from "./messages";
import { Mixtures, randomShare } from "./mixtures";
import type { Part } from "./model";

const MODES = 2 ** 14; // that are found without a pause
const ZERO_RESIDUAL = 128; // the level of FCS's high band that stands for 0

export class Prediction {
  #values?: Float32Array; // (pixels, 3) in levels: LTE's RGB, or FCS's low band
  #distribution?: Mixtures; // of CS's RGB, or of FCS's high band
  #means = new Float32Array();
  #modes = new Float32Array();
  #modesFound = 0;

  constructor(
    readonly job: number,
    readonly height: number,
    readonly width: number,
  ) {}

  get byteLength(): number {
    const arrays = [this.#values, this.#distribution, this.#means, this.#modes];
    return arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
  }

  /** Find what a dial needs beside the means: modes take long, so there are pauses in between. */
  *prepare({ position }: Dial): Generator<void> {
    if (position >= 0 || !this.#distribution) return;
    if (this.#modes.length === 0) this.#modes = new Float32Array(this.#means.length);
    while (this.#modesFound < this.#modes.length) {
      const end = Math.min(this.#modesFound + MODES, this.#modes.length);
      for (; this.#modesFound < end; this.#modesFound++) {
        this.#modes[this.#modesFound] = this.#distribution.mode(this.#modesFound);
      }
      yield;
    }
  }

  /** Take over what the network gave for a part. */
  store({ box, outputs }: Part): void {
    const pixels = this.height * this.width;
    const wide = box.right - box.left;
    const { weights, centres, log_scales } = outputs;
    const values = outputs.rgb ?? outputs.low;
    for (let row = 0; row < box.bottom - box.top; row++) {
      const first = (box.top + row) * this.width + box.left;
      const rowOf = (array: Float32Array, each: number) =>
        array.subarray(row * wide * each, (row + 1) * wide * each);
      if (values) {
        this.#values ??= new Float32Array(3 * pixels);
        this.#values.set(
          rowOf(values, 3).map((value) => 255 * value),
          3 * first,
        );
      }
      if (weights) {
        const k = weights.length / (wide * (box.bottom - box.top));
        this.#distribution ??= new Mixtures(pixels, k);
        this.#distribution.set(
          first,
          rowOf(weights, k),
          rowOf(centres, 3 * k),
          rowOf(log_scales, 3 * k),
        );
        if (this.#means.length === 0) this.#means = new Float32Array(3 * pixels);
        for (let value = 3 * first; value < 3 * (first + wide); value++) {
          this.#means[value] = this.#distribution.mean(value);
        }
      }
    }
  }

  draw(dial: Dial): ImageData {
    return this.#draw((value) => this.#level(value, dial));
  }

  /** FCS's low band; other models have none. */
  drawLow(): ImageData | undefined {
    const low = this.#values;
    return low && this.#distribution && this.#draw((value) => low[value]);
  }

  inspect(pixel: number, dial: Dial): Inspected {
    const values = [3 * pixel, 3 * pixel + 1, 3 * pixel + 2];
    const value = values.map((each) => this.#level(each, dial));
    const distribution = this.#distribution;
    const said = { kind: "inspected", job: this.job, pixel, value } as const;
    if (!distribution) return said;
    const decoded = (decode: (each: number) => number) =>
      values.map((each) => this.#shifted(each, decode(each)));
    return {
      ...said,
      distribution: {
        probabilities: values.map((each) => distribution.probabilities(each)),
        first: decoded(() => 0),
        mode: decoded((each) => distribution.mode(each)),
        mean: decoded((each) => distribution.mean(each)),
        median: decoded((each) => distribution.quantile(each, 0.5)),
      },
    };
  }

  #draw(level: (value: number) => number): ImageData {
    const picture = new ImageData(this.width, this.height);
    for (let pixel = 0; pixel < this.height * this.width; pixel++) {
      for (let colour = 0; colour < 3; colour++) {
        picture.data[4 * pixel + colour] = level(3 * pixel + colour);
      }
      picture.data[4 * pixel + 3] = 255;
    }
    return picture;
  }

  #level(value: number, dial: Dial): number {
    if (!this.#distribution) return this.#values?.[value] ?? 0;
    return this.#shifted(value, this.#decoded(value, dial, this.#distribution));
  }

  /** A level of the distribution; of FCS's high band, beside its low one. */
  #shifted(value: number, level: number): number {
    return this.#values ? this.#values[value] + level - ZERO_RESIDUAL : level;
  }

  /** The mean, moved towards the mode or towards a sample, for which a pixel's colours share a number. */
  #decoded(value: number, { position, seed }: Dial, distribution: Mixtures): number {
    const mean = this.#means[value];
    if (position === 0) return mean;
    const other =
      position < 0
        ? this.#mode(value, distribution)
        : distribution.quantile(value, randomShare(seed, Math.floor(value / 3)));
    return mean + Math.abs(position) * (other - mean);
  }

  #mode(value: number, distribution: Mixtures): number {
    return value < this.#modesFound ? this.#modes[value] : distribution.mode(value);
  }
}
