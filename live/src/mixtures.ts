/**
 * Distributions of levels 0 to 255, and how they are read: `fcsr.mixtures` once more, for a browser.
 *
 * Each value (a colour of a pixel) has a mixture of k logistic distributions, whose weights the
 * three colours of the pixel share. A level's probability is that of the interval around it, half a
 * level to each side; what lies beyond the first and the last level is theirs.
 */

export const LEVELS = 256;
const MODE_STEPS = 6;

/** The mixtures of all pixels; in what follows `value` is 3 * pixel + colour. */
export class Mixtures {
  readonly weights: Float32Array; // (pixels, k)
  readonly centres: Float32Array; // (pixels, 3, k), in levels
  readonly scales: Float32Array; // (pixels, 3, k), in levels

  constructor(
    readonly pixels: number,
    readonly components: number,
  ) {
    this.weights = new Float32Array(pixels * components);
    this.centres = new Float32Array(3 * pixels * components);
    this.scales = new Float32Array(3 * pixels * components);
  }

  get byteLength(): number {
    return 7 * 4 * this.pixels * this.components;
  }

  /** Takes over the mixtures of pixels from `first` on, as a query gives them. */
  set(first: number, weights: Float32Array, centres: Float32Array, logScales: Float32Array): void {
    this.weights.set(weights.map(Math.exp), first * this.components);
    this.centres.set(centres, 3 * first * this.components);
    this.scales.set(logScales.map(Math.exp), 3 * first * this.components);
  }

  /** The expected level: the integral of one less the distribution function. */
  mean(value: number): number {
    let mean = 0;
    this.#each(value, (weight, centre, scale) => {
      mean += weight * scale * (softplus(centre / scale) - softplus((centre - 255) / scale));
    });
    return mean;
  }

  /** The smallest level with at least `share` of the probability up to it; of 0.5, the median. */
  quantile(value: number, share: number): number {
    let low = 0;
    for (let step = LEVELS / 2; step >= 1; step /= 2) {
      if (this.#below(value, low + step - 0.5) < share) low += step;
    }
    return low;
  }

  /**
   * Where the density is highest, within 0 to 255: what lies beyond does not pile up there.
   *
   * Found by fixed-point iteration from each component's centre, as in mean shift.
   */
  mode(value: number): number {
    let [best, highest] = [0, -Infinity];
    for (let start = 0; start < this.components; start++) {
      let place = clamp(this.centres[value * this.components + start]);
      for (let step = 0; step < MODE_STEPS; step++) {
        const before = place;
        place = clamp(this.#pulled(value, place));
        if (Math.abs(place - before) < 1e-3) break;
      }
      const density = this.#density(value, place);
      if (density > highest) [best, highest] = [place, density];
    }
    return best;
  }

  /** The probabilities of all levels. */
  probabilities(value: number): Float32Array {
    const edges = Float64Array.from({ length: LEVELS + 1 }, (_, level) =>
      this.#below(value, level - 0.5),
    );
    edges[0] = 0;
    edges[LEVELS] = 1;
    return Float32Array.from({ length: LEVELS }, (_, level) => edges[level + 1] - edges[level]);
  }

  /** The distribution function at a place. */
  #below(value: number, place: number): number {
    let below = 0;
    this.#each(value, (weight, centre, scale) => {
      below += weight / (1 + Math.exp((centre - place) / scale));
    });
    return below;
  }

  #density(value: number, place: number): number {
    let density = 0;
    this.#each(value, (weight, centre, scale) => {
      const fall = Math.exp(-Math.abs(place - centre) / scale);
      density += (weight * fall) / (scale * (1 + fall) ** 2);
    });
    return density;
  }

  /** Where the components draw a place to: each by its slope there over the distance. */
  #pulled(value: number, place: number): number {
    let [sum, total] = [0, 0];
    this.#each(value, (weight, centre, scale) => {
      const off = Math.max(Math.abs(place - centre) / scale, 1e-3);
      const fall = Math.exp(-off);
      const slope = (1 - fall) / ((1 + fall) * off); // tanh(off / 2) / off
      const pull = (weight * fall * slope) / ((1 + fall) ** 2 * scale ** 3);
      sum += pull * centre;
      total += pull;
    });
    return total > 0 ? sum / total : place;
  }

  #each(value: number, visit: (weight: number, centre: number, scale: number) => void): void {
    const k = this.components;
    const pixel = Math.floor(value / 3);
    for (let i = 0; i < k; i++) {
      visit(this.weights[pixel * k + i], this.centres[value * k + i], this.scales[value * k + i]);
    }
  }
}

/**
 * A random number in [0, 1) for each pixel, the same whenever the seed is.
 *
 * C. Wellons, "Prospecting for hash functions", 2018: the hash lowbias32.
 */
export function randomShare(seed: number, pixel: number): number {
  let x = (pixel ^ Math.imul(seed, 0x9e3779b9)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function clamp(level: number): number {
  return Math.min(Math.max(level, 0), LEVELS - 1);
}
