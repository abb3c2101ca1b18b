/** A photograph as the page takes it: reduced so that the truth is known, or as it is. */

import { resize } from "./filters";
import { fromPixels, type Picture, rounded } from "./pictures";

/** Pixels of a result, for each of which CS and FCS hold 300 bytes. */
const MAX_PIXELS = 2 ** 19;
const MAX_ASPECT = 8; // of what is longer than so the middle is taken

export interface Size {
  readonly height: number;
  readonly width: number;
}

/** What the models are given, and what size their results have. */
export interface Task {
  readonly small: Picture;
  readonly size: Size;
  readonly truth?: Picture;
  readonly isPart: boolean; // the middle of a photograph that is too large, or too long
}

/** Throws for what is no picture. */
export function read(file: Blob): Promise<ImageBitmap> {
  return createImageBitmap(file);
}

/** Reduce a photograph by the scale, to be enlarged again: it is the truth. */
export function reduced(photograph: ImageBitmap, scale: number): Task {
  const part = middle(photograph);
  const fits = Math.min(1, Math.sqrt(MAX_PIXELS / (part.height * part.width)));
  const size = scaled(part, fits);
  const truth = drawn(photograph, part, size);
  const { height, width } = scaled(truth, 1 / scale);
  const small = rounded(resize(truth, height, width));
  return { small, size, truth, isPart: isPart(part, photograph) };
}

/** Take a photograph as it is; of a large one the middle. */
export function asItIs(photograph: ImageBitmap, scale: number): Task {
  const whole = middle(photograph);
  const fits = Math.min(1, Math.sqrt(MAX_PIXELS / (whole.height * whole.width)) / scale);
  const part = scaled(whole, fits);
  const small = drawn(photograph, part, part);
  return { small, size: scaled(small, scale), isPart: isPart(part, photograph) };
}

function middle({ height, width }: Size): Size {
  return {
    height: Math.min(height, MAX_ASPECT * width),
    width: Math.min(width, MAX_ASPECT * height),
  };
}

function isPart(part: Size, photograph: Size): boolean {
  return part.height < photograph.height || part.width < photograph.width;
}

function scaled({ height, width }: Size, scale: number): Size {
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return { height: side(height), width: side(width) };
}

/** The middle of a photograph in another size; what is transparent is white. */
function drawn(photograph: ImageBitmap, part: Size, { height, width }: Size): Picture {
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (!context) throw new Error("no canvas");
  const top = Math.floor((photograph.height - part.height) / 2);
  const left = Math.floor((photograph.width - part.width) / 2);
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(photograph, left, top, part.width, part.height, 0, 0, width, height);
  return fromPixels(context.getImageData(0, 0, width, height));
}
