/** A network in ONNX, encoder and query apart: see docs/export.md. */

import * as ort from "onnxruntime-web";
import { fetched } from "./files";
import type { Start } from "./messages";
import { type Box, cut, type Picture } from "./pictures";

const TILE = 128; // pixels a side of the small picture that are encoded at once
const QUERIES = 4096; // pixels of the result that are queried at once

/** Part of a picture, and what the encoder made of it. */
interface Tile {
  readonly core: Box; // what is queried
  readonly frame: Box; // what was encoded: the core, and as much around it as its features see
  readonly inputs: Record<string, ort.Tensor>; // of the query
}

/** Outputs of the query for a part of the result. */
export interface Part {
  readonly box: Box;
  readonly outputs: Record<string, Float32Array>;
}

export class Model {
  #size = { height: 0, width: 0 };
  #tiles: Tile[] = [];

  private constructor(
    private readonly encoder: ort.InferenceSession,
    private readonly query: ort.InferenceSession,
    private readonly margin: number,
  ) {}

  static async load({
    processor,
    runtime,
    encoder,
    query,
    margin,
    threads,
  }: Start): Promise<Model> {
    ort.env.wasm.wasmBinary = runtime;
    ort.env.wasm.numThreads = threads;
    const graphs = await Promise.all([fetched(encoder), fetched(query)]);
    const executionProviders = processor === "webgpu" ? ["webgpu", "wasm"] : ["wasm"];
    const sessions = [];
    for (const graph of graphs) {
      const bytes = new Uint8Array(await graph.arrayBuffer());
      const options = { executionProviders, logSeverityLevel: 3 } as const; // errors
      sessions.push(await ort.InferenceSession.create(bytes, options));
    }
    return new Model(sessions[0], sessions[1], margin);
  }

  /** Gives the share that is done after each tile. */
  async *encode(picture: Picture): AsyncGenerator<number> {
    const { height, width } = picture;
    this.#size = { height, width };
    this.#tiles = [];
    const cores = tiles(height, width);
    for (const core of cores) {
      const frame = {
        top: Math.max(0, core.top - this.margin),
        left: Math.max(0, core.left - this.margin),
        bottom: Math.min(height, core.bottom + this.margin),
        right: Math.min(width, core.right + this.margin),
      };
      const part = cut(picture, frame);
      const image = new ort.Tensor("float32", part.values, [1, 3, part.height, part.width]);
      const maps = await this.encoder.run({ image });
      this.#tiles.push({ core, frame, inputs: { image, ...maps } });
      yield this.#tiles.length / cores.length;
    }
  }

  /** The outputs for all pixels of a result of this size, some rows at a time. */
  async *render(height: number, width: number): AsyncGenerator<Part> {
    if (this.#tiles.length === 0) throw new Error("no picture was encoded");
    const [down, across] = [this.#size.height / height, this.#size.width / width];
    for (const { core, frame, inputs } of this.#tiles) {
      const [top, bottom] = [first(core.top, down), first(core.bottom, down)];
      const [left, right] = [first(core.left, across), first(core.right, across)];
      const [tall, wide] = [frame.bottom - frame.top, frame.right - frame.left];
      const cell = new ort.Tensor("float32", [(2 * down) / tall, (2 * across) / wide], [2]);
      const step = Math.max(1, Math.floor(QUERIES / (right - left)));
      for (let row = top; row < bottom; row += step) {
        const box = { top: row, left, bottom: Math.min(row + step, bottom), right };
        const coord: number[] = [];
        for (let y = box.top; y < box.bottom; y++) {
          for (let x = left; x < right; x++) {
            coord.push(centre(y, down, frame.top, tall), centre(x, across, frame.left, wide));
          }
        }
        const places = new ort.Tensor("float32", coord, [coord.length / 2, 2]);
        const made = await this.query.run({ ...inputs, coord: places, cell });
        const outputs = Object.entries(made).map(([name, { data }]) => [name, data]);
        yield { box, outputs: Object.fromEntries(outputs) };
      }
    }
  }
}

/** The first pixel of the result whose centre is not before a pixel of the picture. */
function first(pixel: number, scale: number): number {
  return Math.ceil(pixel / scale - 0.5);
}

/** Of a pixel of the result, in [-1, 1] within a frame of the picture. */
function centre(pixel: number, scale: number, start: number, length: number): number {
  return ((2 * pixel + 1) * scale - 2 * start) / length - 1;
}

function tiles(height: number, width: number): Box[] {
  const boxes = [];
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      const [bottom, right] = [Math.min(top + TILE, height), Math.min(left + TILE, width)];
      boxes.push({ top, left, bottom, right });
    }
  }
  return boxes;
}
