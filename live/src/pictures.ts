/** A picture: RGB in [0, 1], all of red first, (3, height, width). */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** Rows top to bottom (exclusive) and columns left to right. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export function fromPixels({ data, height, width }: ImageData): Picture {
  const size = height * width;
  const values = new Float32Array(3 * size);
  for (let i = 0; i < size; i++) {
    for (let colour = 0; colour < 3; colour++) {
      values[colour * size + i] = data[4 * i + colour] / 255;
    }
  }
  return { height, width, values };
}

/** In 8 bits; values outside of [0, 1] are clamped. */
export function toPixels({ height, width, values }: Picture): ImageData {
  const size = height * width;
  const pixels = new ImageData(width, height);
  for (let i = 0; i < size; i++) {
    for (let colour = 0; colour < 3; colour++) {
      pixels.data[4 * i + colour] = 255 * values[colour * size + i];
    }
    pixels.data[4 * i + 3] = 255;
  }
  return pixels;
}

/** As a file of 8 bits would give it. */
export function rounded(picture: Picture): Picture {
  return fromPixels(toPixels(picture));
}

export function cut(picture: Picture, { top, left, bottom, right }: Box): Picture {
  const [height, width] = [bottom - top, right - left];
  const values = new Float32Array(3 * height * width);
  for (let row = 0; row < 3 * height; row++) {
    const line = Math.floor(row / height) * picture.height + top + (row % height);
    const start = line * picture.width + left;
    values.set(picture.values.subarray(start, start + width), row * width);
  }
  return { height, width, values };
}

/** The peak signal-to-noise ratio in dB, of all three colours in 8 bits. */
export function psnr(one: ImageData, other: ImageData): number {
  let sum = 0;
  for (let i = 0; i < one.data.length; i++) {
    sum += (one.data[i] - other.data[i]) ** 2;
  }
  return 10 * Math.log10((255 ** 2 * 3 * one.width * one.height) / sum);
}

export function areEqual(one: Picture, other: Picture): boolean {
  const isSize = one.height === other.height && one.width === other.width;
  return isSize && one.values.every((value, i) => value === other.values[i]);
}
