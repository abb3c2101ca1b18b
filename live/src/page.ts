/** The page: what is set, what the workers are asked for, and what is shown. */

import { addSamples, find, isChecked, numberOf, on, onFile } from "./controls";
import { fetched, locate } from "./files";
import { highBand, lowPass, resize } from "./filters";
import { drawCharts, fillTable } from "./inspector";
import type { Answer, Dial, Inspected } from "./messages";
import { asItIs, read, reduced, type Size, type Task } from "./photographs";
import { areEqual, fromPixels, psnr, toPixels } from "./pictures";
import { changeLanguage, say, type Text, translate } from "./texts";
import { type Place, View } from "./view";
import { askAll, MODELS, type Name, SAMPLES, startWorkers } from "./workers";

type Result = Extract<Answer, { kind: "result" }>;

const results = new Map<Name, Result>();
const shares = new Map<Name, number>(); // of the last job, done
const inspected = new Map<Name, Inspected>();
let runsOn = ""; // a processor, in words
let photograph: ImageBitmap | undefined;
let task: Task | undefined;
let bicubic: ImageData;
let truth: ImageData | undefined;
let job = 0;
let progress: "working" | "done" | "cancelled" = "done";
let turn = 0;
let seed = 1;
let place: Place = { y: 0.5, x: 0.5 }; // that is pointed at

const METHODS: Text[] = ["small", "bicubic", ...MODELS, "truth"];
const BANDS = ["low", "high", "fcsLow", "fcsHigh"] as const;
const view = new View(find("panes"), METHODS, point);
const bands = new View(find("band-panes"), [...BANDS], point);

async function start(): Promise<void> {
  find("problem").textContent = "";
  find("controls").hidden = false;
  listen();
  speak();
  find("message").textContent = say("loading");
  runsOn = await startWorkers(receive, failed);
  await openSample(SAMPLES[0]);
}

function listen(): void {
  onFile((file) => open(file, file.name));
  addSamples(
    SAMPLES.map((name) => ({ name, url: locate(`samples/${name}.png`).url })),
    openSample,
  );
  for (const id of ["reduce", "as-it-is"]) on(id, "change", enlarge);
  on("scale", "input", enlarge);
  on("dial", "input", decode);
  on("draw", "click", draw);
  on("sigma", "input", drawBands);
  on("cancel", "click", cancel);
  on("language", "click", () => {
    changeLanguage();
    speak();
  });
}

// What is asked

async function openSample(name: string): Promise<void> {
  try {
    const file = await fetched(locate(`samples/${name}.png`));
    await open(await file.blob(), name);
  } catch (error) {
    failed(error as Error);
  }
}

async function open(blob: Blob, name: string): Promise<void> {
  try {
    photograph = await read(blob);
  } catch {
    return fail(say("refused", { name }));
  }
  find("problem").textContent = "";
  enlarge();
}

/** Ask all models for the photograph as it is set; what they were doing is over. */
function enlarge(): void {
  if (!photograph) return;
  const before = task?.small;
  const prepare = isChecked("reduce") ? reduced : asItIs;
  task = prepare(photograph, numberOf("scale"));
  const { small, size } = task;
  bicubic = toPixels(resize(small, size.height, size.width));
  truth = task.truth && toPixels(task.truth);
  job += 1;
  progress = "working";
  shares.clear();
  const picture = before && areEqual(before, small) ? undefined : small;
  askAll({ kind: "enlarge", job, picture, ...size, dial: dial() });
  view.show("small", toPixels(small));
  view.show("bicubic", bicubic);
  view.show("truth", truth);
  drawBands();
  speak();
}

function cancel(): void {
  askAll({ kind: "cancel" });
  progress = "cancelled";
  speak();
}

/** Another sample; one at all, if there was none. */
function draw(): void {
  seed += 1;
  if (numberOf("dial") <= 0) find<HTMLInputElement>("dial").value = "1";
  decode();
}

function decode(): void {
  turn += 1;
  askAll({ kind: "decode", dial: dial() });
  speak();
}

function dial(): Dial {
  return { turn, position: numberOf("dial"), seed };
}

function point(pointed: Place): void {
  place = pointed;
  inspect();
}

function inspect(): void {
  if (task) askAll({ kind: "inspect", pixel: pixelAt(place, task.size).index });
}

function pixelAt({ y, x }: Place, { height, width }: Size) {
  const [row, column] = [Math.floor(y * height), Math.floor(x * width)];
  return { row, column, index: row * width + column };
}

// What is answered

function receive(name: Name, answer: Answer): void {
  switch (answer.kind) {
    case "progress":
      if (answer.job !== job) return;
      shares.set(name, answer.share);
      find<HTMLProgressElement>("progress").value = Math.min(...MODELS.map(shareOf));
      break;
    case "result":
      results.set(name, { ...results.get(name), ...answer });
      if (answer.job === job && !answer.isSketch) shares.set(name, 1);
      if (MODELS.every((each) => shareOf(each) === 1)) progress = "done";
      view.show(name, answer.pixels);
      if (name === "fcs") drawBands();
      speak();
      inspect();
      break;
    case "inspected":
      inspected.set(name, answer);
      showPixel();
      break;
    case "failed":
      progress = "cancelled";
      speak();
      failed(answer.error);
  }
}

const shareOf = (name: Name) => shares.get(name) ?? 0;

function failed(error: Error): void {
  fail(say("failed", { reason: error.message }));
}

function fail(reason: string): void {
  find("problem").textContent = reason;
}

// What is shown

/** All words and numbers, in the language that is set. */
function speak(): void {
  translate();
  const { position } = dial();
  const end = position < 0 ? say("mode") : say("sample");
  const share = Math.round(100 * Math.abs(position));
  find("scale-value").textContent = `× ${numberOf("scale").toFixed(2)}`;
  find("dial-value").textContent = share ? `${share} % ${end}` : say("mean");
  find("sigma-value").textContent = numberOf("sigma").toFixed(1);
  if (!task) return;
  find<HTMLProgressElement>("progress").value = Math.min(...MODELS.map(shareOf));
  find<HTMLButtonElement>("cancel").disabled = progress !== "working";
  const isDecoding = current().some(([, result]) => result.turn !== turn);
  find("panes").ariaBusy = String(progress === "working" || isDecoding);
  const { small, size, isPart } = task;
  const [from, to] = [small, size].map(({ height, width }: Size) => `${width} × ${height}`);
  const bytes = [...results.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const values = { small: from, large: to, processor: runsOn, memory: Math.round(bytes / 2 ** 20) };
  const words = [say(progress, values), isPart ? say("cropped", values) : ""];
  find("message").textContent = words.join(" ");
  view.caption("small", say("small"), from);
  view.caption("bicubic", say("bicubic"), quality(bicubic));
  view.caption("truth", say("truth"), to);
  for (const name of results.keys()) view.caption(name, say(name));
  for (const [name, { pixels, seconds }] of current()) {
    const time = say("seconds", { seconds: seconds?.toFixed(1) ?? "" });
    view.caption(name, say(name), [quality(pixels), time].filter(Boolean).join(", "));
  }
  captionBands();
  showPixel();
}

/** The results of the last job; those of one before stay in sight until then. */
function current(): [Name, Result][] {
  return [...results].filter(([, result]) => result.job === job);
}

function quality(pixels: ImageData): string {
  if (!truth || truth.width !== pixels.width || truth.height !== pixels.height) return "";
  const db = psnr(pixels, truth);
  return Number.isFinite(db) ? `${db.toFixed(2)} dB` : "∞ dB";
}

function showPixel(): void {
  if (!task) return;
  const { row, column, index } = pixelAt(place, task.size);
  const { height, width } = task.size;
  for (const each of [view, bands]) {
    each.mark({ y: (row + 0.5) / height, x: (column + 0.5) / width });
  }
  const known = MODELS.flatMap((name) => {
    const found = inspected.get(name);
    return found?.job === job && found.pixel === index ? [[name, found] as const] : [];
  });
  if (known.length < MODELS.length) return;
  find("inspector").hidden = false;
  const levels = truth && [...truth.data.subarray(4 * index, 4 * index + 3)];
  const distributions = known.flatMap(([name, { distribution }]) =>
    distribution ? [[name, distribution] as const] : [],
  );
  drawCharts(find("charts"), distributions, levels);
  const rows = known.flatMap(([name, { value, distribution }]) => {
    const shown = { heading: name.toUpperCase(), levels: value };
    if (!distribution) return [shown];
    const decoded = (["mode", "mean", "median"] as const).map((reading) => ({
      heading: `${name.toUpperCase()} ${say(reading)}`,
      levels: distribution[reading],
    }));
    return [...decoded, { ...shown, heading: `${shown.heading} ${say("shown")}` }];
  });
  if (levels) rows.unshift({ heading: say("truth"), levels });
  fillTable(find("numbers"), say("pixelName", { row: row + 1, column: column + 1 }), rows);
}

/** The bands of the truth, or of bicubic interpolation, and what FCS predicts of them. */
function drawBands(): void {
  const picture = fromPixels(truth ?? bicubic);
  const low = lowPass(picture, numberOf("sigma"));
  bands.show("low", toPixels(low));
  bands.show("high", toPixels(highBand(picture, low)));
  const fcs = results.get("fcs");
  if (fcs?.low) {
    bands.show("fcsLow", fcs.low);
    bands.show("fcsHigh", toPixels(highBand(fromPixels(fcs.pixels), fromPixels(fcs.low))));
  }
  captionBands();
}

function captionBands(): void {
  find("sigma-value").textContent = numberOf("sigma").toFixed(1);
  const name = say(truth ? "truth" : "bicubic");
  for (const band of BANDS) {
    bands.caption(band, say(band, { name }));
  }
}

start().catch(failed);
