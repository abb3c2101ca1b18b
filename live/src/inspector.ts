/** What the models say of one pixel: a chart of each distribution, and all numbers in a table. */

import type { Distribution } from "./messages";
import { say, type Text } from "./texts";

const COLOURS: Text[] = ["red", "green", "blue"];
const READINGS = ["mode", "mean", "median"] as const;
const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 60;
const UNSEEN = 0.002; // of the probability, to each side, may lie outside of a chart

/** Levels of red, green and blue. */
export interface Row {
  readonly heading: string;
  readonly levels: number[];
}

/** Draw the distributions of a pixel, by model; `truth` are its levels, if they are known. */
export function drawCharts(
  target: HTMLElement,
  models: (readonly [Text, Distribution])[],
  truth: number[] | undefined,
): void {
  const charts = COLOURS.flatMap((colour, channel) => {
    const level = truth?.[channel];
    const ends = range(
      models.map(([, distribution]) => distribution),
      channel,
      level,
    );
    return models.map(([model, distribution]) => {
      const title = { model: say(model), colour: say(colour) };
      const svg = chart(distribution, channel, level, ends);
      svg.ariaLabel = say("chart", { ...title, ...numbers(distribution, channel) });
      return captioned(svg, `${title.model}, ${title.colour}`, ends);
    });
  });
  target.replaceChildren(...charts);
}

export function fillTable(table: HTMLTableElement, caption: string, rows: Row[]): void {
  const title = document.createElement("caption");
  title.textContent = caption;
  const colours = COLOURS.map((colour) => cell(say(colour), "th"));
  const lines = rows.map(({ heading, levels }) =>
    tableRow(
      cell(heading, "th"),
      levels.map((level) => cell(level.toFixed(1), "td")),
    ),
  );
  table.replaceChildren(title, tableRow(cell("", "td"), colours), ...lines);
}

function tableRow(first: HTMLElement, others: HTMLElement[]): HTMLElement {
  const made = document.createElement("tr");
  made.append(first, ...others);
  return made;
}

function cell(words: string, kind: "th" | "td"): HTMLElement {
  const made = document.createElement(kind);
  made.textContent = words;
  return made;
}

/** The levels that a colour's charts show: where the models have nearly all probability. */
function range(all: Distribution[], channel: number, truth: number | undefined): number[] {
  const places = truth === undefined ? [] : [truth];
  for (const { probabilities, first } of all) {
    let sum = 0;
    probabilities[channel].forEach((probability, level) => {
      if (sum + probability > UNSEEN && sum < 1 - UNSEEN) places.push(first[channel] + level);
      sum += probability;
    });
  }
  return [Math.floor(Math.min(...places)) - 4, Math.ceil(Math.max(...places)) + 4];
}

function numbers(distribution: Distribution, channel: number): Record<string, string> {
  const named = READINGS.map((reading) => [reading, distribution[reading][channel].toFixed(1)]);
  return Object.fromEntries(named);
}

function chart(
  distribution: Distribution,
  channel: number,
  truth: number | undefined,
  [from, to]: number[],
): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `${from} 0 ${to - from} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.role = "img";
  svg.append(bars(distribution.probabilities[channel], distribution.first[channel], channel));
  for (const reading of READINGS) svg.append(line(distribution[reading][channel], reading));
  if (truth !== undefined) svg.append(line(truth, "truth"));
  return svg;
}

function captioned(svg: SVGElement, title: string, [from, to]: number[]): HTMLElement {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const ends = document.createElement("span");
  caption.textContent = title;
  ends.className = "ends";
  ends.textContent = `${from} … ${to}`;
  caption.append(ends);
  figure.append(svg, caption);
  return figure;
}

function bars(probabilities: Float32Array, first: number, channel: number): SVGElement {
  const most = Math.max(...probabilities);
  const path = document.createElementNS(SVG, "path");
  const steps = [...probabilities].map((probability, level) => {
    const left = first + level - 0.5;
    return `M${left.toFixed(2)} ${HEIGHT}v${((-HEIGHT * probability) / most).toFixed(2)}h1V${HEIGHT}z`;
  });
  path.setAttribute("d", steps.join(""));
  path.setAttribute("class", COLOURS[channel]);
  return path;
}

function line(level: number, kind: Text): SVGElement {
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", `M${level} 0V${HEIGHT}`);
  line.setAttribute("class", `line ${kind}`);
  return line;
}
