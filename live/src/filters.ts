/** Bicubic resampling and the Gaussian low-pass: a matrix for each axis, of a few taps a row. */

import type { Picture } from "./pictures";

/** For each new pixel of an axis, the old ones it depends on, and their weights. */
interface Taps {
  readonly count: number;
  readonly index: Int32Array;
  readonly weight: Float32Array;
}

/** Antialiased bicubic resampling, as `fcsr.images.resize`; the result may leave [0, 1] a little. */
export function resize(picture: Picture, height: number, width: number): Picture {
  return apply(picture, bicubic(picture.height, height), bicubic(picture.width, width));
}

/** The low band f of a picture, as `fcsr.frequency.Gaussian(sigma)` makes it. */
export function lowPass(picture: Picture, sigma: number): Picture {
  return apply(picture, gaussian(picture.height, sigma), gaussian(picture.width, sigma));
}

/** The high band g(y) = y - f(y), around middle gray, so that it can be seen. */
export function highBand(picture: Picture, low: Picture): Picture {
  const values = picture.values.map((value, i) => value - low.values[i] + 128 / 255);
  return { ...picture, values };
}

function bicubic(old: number, wanted: number): Taps {
  const scale = old / wanted;
  const stretch = Math.max(1, scale); // antialiasing: a new pixel covers as much as it stands for
  return taps(wanted, Math.ceil(4 * stretch) + 1, (row) => {
    const centre = (row + 0.5) * scale - 0.5;
    const first = Math.ceil(centre - 2 * stretch);
    return (tap) => {
      const pixel = first + tap;
      const inside = pixel >= 0 && pixel < old;
      return inside ? [pixel, cubic((centre - pixel) / stretch)] : [0, 0];
    };
  });
}

/** Keys, "Cubic convolution interpolation for digital image processing", 1981, eq. (15). */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x >= 2) return 0;
  return x <= 1 ? (1.5 * x - 2.5) * x ** 2 + 1 : ((2.5 - 0.5 * x) * x - 4) * x + 2;
}

function gaussian(size: number, sigma: number): Taps {
  const radius = Math.ceil(4 * sigma);
  return taps(size, 2 * radius + 1, (row) => (tap) => {
    const distance = tap - radius;
    return [mirrored(row + distance, size), Math.exp(-0.5 * (distance / sigma) ** 2)];
  });
}

/** The border is a mirror: d c b a | a b c d | d c b a. */
function mirrored(pixel: number, size: number): number {
  const place = ((pixel % (2 * size)) + 2 * size) % (2 * size);
  return Math.min(place, 2 * size - 1 - place);
}

/** The taps of each row, with weights that add up to 1. */
function taps(rows: number, count: number, of: (row: number) => (tap: number) => number[]): Taps {
  const index = new Int32Array(rows * count);
  const weight = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    const at = of(row);
    const each = Array.from({ length: count }, (_, tap) => at(tap));
    const sum = each.reduce((total, [, value]) => total + value, 0);
    each.forEach(([pixel, value], tap) => {
      index[row * count + tap] = pixel;
      weight[row * count + tap] = value / sum;
    });
  }
  return { count, index, weight };
}

function apply({ height, width, values }: Picture, rows: Taps, columns: Taps): Picture {
  const tall = along(values, 3, height, width, rows);
  const [newHeight, newWidth] = [rows, columns].map((taps) => taps.index.length / taps.count);
  const all = along(tall, 3 * newHeight, width, 1, columns);
  return { height: newHeight, width: newWidth, values: all };
}

/** Values (outer, old, inner) become (outer, new, inner). */
function along(
  values: Float32Array,
  outer: number,
  old: number,
  inner: number,
  { count, index, weight }: Taps,
): Float32Array {
  const wanted = index.length / count;
  const result = new Float32Array(outer * wanted * inner);
  for (let block = 0; block < outer; block++) {
    for (let row = 0; row < wanted; row++) {
      const target = (block * wanted + row) * inner;
      for (let tap = row * count; tap < (row + 1) * count; tap++) {
        const source = (block * old + index[tap]) * inner;
        for (let i = 0; i < inner; i++) {
          result[target + i] += weight[tap] * values[source + i];
        }
      }
    }
  }
  return result;
}
