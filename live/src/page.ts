/** The page: what is set, what the workers are asked for, and what is shown. */

import { addSamples, find, isChecked, numberOf, on, onFile, onSlide } from "./controls";
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
let progress: "loading" | "working" | "done" | "cancelled" | "broken" = "loading";
let problem: { text: Text; values: Record<string, string> } | undefined;
let runsOn = ""; // a processor, in words
let photograph: ImageBitmap | undefined;
let opened = 0; // photographs, or what was taken for one
let task: Task | undefined;
let bicubic: ImageData;
let truth: ImageData | undefined;
let job = 0;
let turn = 0; // of the dial
let seed = 1;
let place: Place = { y: 0.5, x: 0.5 }; // that is pointed at

const METHODS: Text[] = ["small", "bicubic", ...MODELS, "truth"];
const BANDS: Text[] = ["low", "high", "fcsLow", "fcsHigh"];
const view = new View(
  [
    { element: find("panes"), order: METHODS },
    { element: find("band-panes"), order: BANDS },
  ],
  point,
);

async function start(): Promise<void> {
  find("controls").hidden = false;
  listen();
  speak();
  runsOn = await startWorkers(receive, fail);
  progress = "done";
  if (opened) enlarge();
  else await openSample(SAMPLES[0]);
}

function listen(): void {
  onFile((file) => open(file, file.name));
  addSamples(
    SAMPLES.map((name) => ({ name, url: locate(`samples/${name}.png`).url })),
    openSample,
  );
  for (const id of ["reduce", "as-it-is"]) on(id, "change", enlarge);
  onSlide("scale", enlarge);
  onSlide("dial", decode);
  onSlide("sigma", drawBands);
  on("draw", "click", draw);
  on("cancel", "click", cancel);
  on("language", "click", () => {
    changeLanguage();
    speak();
  });
}

// What is asked

async function openSample(name: string): Promise<void> {
  opened += 1;
  const mine = opened;
  try {
    const file = await fetched(locate(`samples/${name}.png`));
    const blob = await file.blob();
    if (mine === opened) await open(blob, name);
  } catch (error) {
    if (mine === opened) report("missing", { reason: (error as Error).message });
  }
}

async function open(blob: Blob, name: string): Promise<void> {
  opened += 1;
  const mine = opened;
  try {
    const bitmap = await read(blob);
    if (mine !== opened) return; // another was opened meanwhile
    photograph?.close();
    photograph = bitmap;
  } catch {
    if (mine === opened) report("refused", { name });
    return;
  }
  enlarge();
}

/** Ask all models for the photograph as it is set; what they were doing is over. */
function enlarge(): void {
  if (!photograph || progress === "loading" || progress === "broken") return;
  const before = task?.small;
  const prepare = isChecked("reduce") ? reduced : asItIs;
  task = prepare(photograph, numberOf("scale"));
  const { small, size } = task;
  bicubic = toPixels(resize(small, size.height, size.width));
  truth = task.truth && toPixels(task.truth);
  job += 1;
  progress = "working";
  problem = undefined;
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
  inspect();
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
      if (progress === "working" && MODELS.every((each) => shareOf(each) === 1)) progress = "done";
      view.show(name, answer.pixels);
      if (name === "fcs") drawBandsOfFcs();
      speak();
      inspect();
      break;
    case "inspected":
      inspected.set(name, answer);
      showPixel();
      break;
    case "failed":
      fail(answer.error);
  }
}

const shareOf = (name: Name) => shares.get(name) ?? 0;

/** After this only a new page helps. */
function fail(error: Error): void {
  progress = "broken";
  report("failed", { reason: error.message });
}

function report(text: Text, values: Record<string, string>): void {
  if (problem?.text !== "failed") problem = { text, values };
  speak();
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
  find("problem").textContent = problem ? say(problem.text, problem.values) : "";
  find("message").textContent = say(progress);
  find<HTMLButtonElement>("cancel").disabled = progress !== "working";
  find<HTMLProgressElement>("progress").value = Math.min(...MODELS.map(shareOf));
  if (!task) return;
  const isDecoding = progress === "done" && current().some(([, result]) => result.turn !== turn);
  find("panes").ariaBusy = String(progress === "working" || isDecoding);
  const { small, size, isPart } = task;
  const [from, to] = [small, size].map(
    ({ height, width }: Size) => `${width}\u00a0×\u00a0${height}`,
  );
  const bytes = [...results.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const memory = Math.round(bytes / 2 ** 20);
  const values = { small: from, large: to, processor: runsOn, memory };
  const words = [say(isDecoding ? "decoding" : progress, values)];
  if (isPart) words.push(say("cropped", values));
  find("message").textContent = words.join(" ");
  view.caption("small", say("small"), from);
  view.caption("bicubic", say("bicubic"), quality(bicubic));
  view.caption("truth", say("truth"), to);
  for (const [name, { pixels, seconds, isSketch, job: made }] of results) {
    const time = say("seconds", { seconds: seconds?.toFixed(1) ?? "" });
    const details = isSketch ? [say("sketch")] : [quality(pixels), time];
    view.caption(name, say(name), made === job ? details.filter(Boolean).join(", ") : "");
    view.setOld(name, made !== job);
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
  view.mark({ y: (row + 0.5) / height, x: (column + 0.5) / width });
  const known = MODELS.flatMap((name) => {
    const found = inspected.get(name);
    return found?.job === job && found.pixel === index ? [[name, found] as const] : [];
  });
  find("inspector").classList.toggle("old", known.length < MODELS.length);
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

/** The bands of the truth, or of bicubic interpolation where there is none. */
function drawBands(): void {
  if (!task) return;
  const picture = fromPixels(truth ?? bicubic);
  const low = lowPass(picture, numberOf("sigma"));
  view.show("low", toPixels(low));
  view.show("high", toPixels(highBand(picture, low)));
  captionBands();
}

/** What FCS predicts of them. */
function drawBandsOfFcs(): void {
  const fcs = results.get("fcs");
  if (!fcs?.low) return;
  view.show("fcsLow", fcs.low);
  view.show("fcsHigh", toPixels(highBand(fromPixels(fcs.pixels), fromPixels(fcs.low))));
}

function captionBands(): void {
  find("sigma-value").textContent = numberOf("sigma").toFixed(1);
  const name = say(truth ? "truth" : "bicubic");
  for (const band of BANDS) view.caption(band, say(band, { name }));
  for (const band of ["fcsLow", "fcsHigh"] as const) {
    view.setOld(band, results.get("fcs")?.job !== job);
  }
}

start().catch(fail);
