/** A photograph as the page takes it: reduced so that the truth is known, or as it is. */

import { resize } from "./filters";
import { fromPixels, type Picture, rounded } from "./pictures";

/** Pixels of a result, for each of which CS and FCS hold 300 bytes. */
const MAX_PIXELS = 2 ** 19;

export interface Size {
  readonly height: number;
  readonly width: number;
}

/** What the models are given, and what size their results have. */
export interface Task {
  readonly small: Picture;
  readonly size: Size;
  readonly truth?: Picture;
  readonly isPart: boolean; // the middle of a photograph that is too large
}

/** Throws for what is no picture. */
export function read(file: Blob): Promise<ImageBitmap> {
  return createImageBitmap(file);
}

/** Reduce a photograph by the scale, to be enlarged again: it is the truth. */
export function reduced(photograph: ImageBitmap, scale: number): Task {
  const most = Math.sqrt(MAX_PIXELS / (photograph.height * photograph.width));
  const size = scaled(photograph, Math.min(1, most));
  const truth = drawn(photograph, size, size.height / photograph.height);
  const { height, width } = scaled(truth, 1 / scale);
  return { small: rounded(resize(truth, height, width)), size, truth, isPart: false };
}

/** Take a photograph as it is; of a large one the middle. */
export function asItIs(photograph: ImageBitmap, scale: number): Task {
  const most = Math.sqrt(MAX_PIXELS / (photograph.height * photograph.width)) / scale;
  const part = scaled(photograph, Math.min(1, most));
  const small = drawn(photograph, part, 1);
  return { small, size: scaled(small, scale), isPart: most < 1 };
}

function scaled({ height, width }: Size, scale: number): Size {
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return { height: side(height), width: side(width) };
}

/** The middle of a photograph that was scaled; what is transparent is white. */
function drawn(photograph: ImageBitmap, { height, width }: Size, scale: number): Picture {
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (!context) throw new Error("no canvas");
  const [tall, wide] = [height / scale, width / scale];
  const top = Math.floor((photograph.height - tall) / 2);
  const left = Math.floor((photograph.width - wide) / 2);
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(photograph, left, top, wide, tall, 0, 0, width, height);
  return fromPixels(context.getImageData(0, 0, width, height));
}
