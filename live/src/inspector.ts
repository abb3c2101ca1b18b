/** What the models say of one pixel: a chart of each distribution, and all numbers in a table. */

import type { Inspected } from "./messages";
import { say, type Text } from "./texts";

const COLOURS: Text[] = ["red", "green", "blue"];
const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 60;
const UNSEEN = 0.002; // of the probability, to each side, may lie outside of a chart

/** A column of numbers: of a model, or of the truth, for red, green and blue. */
export interface Column {
  readonly heading: string;
  readonly levels: number[];
}

/** Draw the distributions of the models that have one, by model. */
export function drawCharts(
  target: HTMLElement,
  models: (readonly [Text, Inspected])[],
  truth: number[] | undefined,
): void {
  const found = models.filter(([, { distribution }]) => distribution);
  const charts = COLOURS.flatMap((colour, channel) => {
    const [from, to] = range(
      found.map(([, inspected]) => inspected),
      channel,
      truth,
    );
    return found.map(([model, inspected]) =>
      chart(model, colour, channel, inspected, truth, from, to),
    );
  });
  target.replaceChildren(...charts);
}

export function fillTable(table: HTMLTableElement, caption: string, columns: Column[]): void {
  const line = (name: string, cells: string[], kind: "th" | "td") => {
    const row = document.createElement("tr");
    row.append(cell(name, name ? "th" : "td"), ...cells.map((words) => cell(words, kind)));
    return row;
  };
  const title = document.createElement("caption");
  title.textContent = caption;
  const rows = COLOURS.map((colour, channel) =>
    line(
      say(colour),
      columns.map(({ levels }) => levels[channel].toFixed(1)),
      "td",
    ),
  );
  const headings = columns.map(({ heading }) => heading);
  table.replaceChildren(title, line("", headings, "th"), ...rows);
}

function cell(words: string, kind: "th" | "td"): HTMLElement {
  const made = document.createElement(kind);
  made.textContent = words;
  return made;
}

/** The levels that the charts of a colour show: where the models have nearly all probability. */
function range(all: Inspected[], channel: number, truth: number[] | undefined): [number, number] {
  const places = truth ? [truth[channel]] : [];
  for (const { distribution } of all) {
    if (!distribution) continue;
    const probabilities = distribution.probabilities[channel];
    const start = distribution.first[channel];
    let sum = 0;
    probabilities.forEach((probability, level) => {
      const seen = sum + probability > UNSEEN && sum < 1 - UNSEEN;
      sum += probability;
      if (seen) places.push(start + level);
    });
  }
  return [Math.floor(Math.min(...places)) - 4, Math.ceil(Math.max(...places)) + 4];
}

function chart(
  model: Text,
  colour: Text,
  channel: number,
  { distribution }: Inspected,
  truth: number[] | undefined,
  from: number,
  to: number,
): HTMLElement {
  const figure = document.createElement("figure");
  if (!distribution) return figure;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `${from} 0 ${to - from} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.role = "img";
  const readings = (["mode", "mean", "median"] as const).map((reading) => [
    reading,
    distribution[reading][channel],
  ]) as ["mode" | "mean" | "median", number][];
  const named = readings.map(([reading, level]) => [reading, level.toFixed(1)]);
  svg.ariaLabel = say("chart", {
    model: say(model),
    colour: say(colour),
    ...Object.fromEntries(named),
  });
  const first = distribution.first[channel];
  svg.append(bars(distribution.probabilities[channel], first, colour));
  for (const [reading, level] of readings) svg.append(line(level, reading));
  if (truth) svg.append(line(truth[channel], "truth"));
  const caption = document.createElement("figcaption");
  const ends = document.createElement("span");
  caption.textContent = `${say(model)}, ${say(colour)}`;
  ends.className = "ends";
  ends.textContent = `${from} … ${to}`;
  caption.append(ends);
  figure.append(svg, caption);
  return figure;
}

function bars(probabilities: Float32Array, first: number, colour: Text): SVGElement {
  const most = Math.max(...probabilities);
  const path = document.createElementNS(SVG, "path");
  const steps = [...probabilities].map((probability, level) => {
    const left = first + level - 0.5;
    return `M${left.toFixed(2)} ${HEIGHT}v${((-HEIGHT * probability) / most).toFixed(2)}h1V${HEIGHT}z`;
  });
  path.setAttribute("d", steps.join(""));
  path.setAttribute("class", colour);
  return path;
}

function line(level: number, kind: Text): SVGElement {
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", `M${level} 0V${HEIGHT}`);
  line.setAttribute("class", `line ${kind}`);
  return line;
}
