/** A model in a thread of its own, so that the page never waits. */

import type { Answer, Dial, Enlarge, Inspect, Request } from "./messages";
import { Model } from "./model";
import type { Picture } from "./pictures";
import { Prediction } from "./prediction";

/** Results of more pixels are shown first as a sketch, of half their height and width. */
const QUICK = 2 ** 16;
const ENCODED = 0.1; // of a job is done once the picture is encoded, about,
const SKETCHED = 0.3; // and once there is a sketch

const memories: WebAssembly.Memory[] = [];
let model: Model;
let dial: Dial; // as it was set last
let newest = 0; // the job that was asked for last; 0 for none
let pointed: Inspect; // what was pointed at last
let picture: Picture | undefined; // that is still to be encoded
let prediction: Prediction | undefined;
let work: Promise<void> = Promise.resolve(); // one task after the other

// The runtime keeps its memory to itself; noted here, it can be said how much it is.
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(limits: WebAssembly.MemoryDescriptor) {
    super(limits);
    memories.push(this);
  }
};

self.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  switch (data.kind) {
    case "start":
      return queue(async () => {
        model = await Model.load(data);
      });
    case "enlarge":
      newest = data.job;
      dial = data.dial;
      picture = data.picture ?? picture;
      return queue(() => enlarge(data));
    case "decode":
      dial = data.dial;
      return queue(() => decode(data.dial));
    case "inspect":
      pointed = data;
      return queue(async () => {
        if (data === pointed && prediction) respond(prediction.inspect(data.pixel, dial));
      });
    case "cancel":
      newest = 0;
  }
});

/** Once a task has failed, all that follow do. */
function queue(task: () => Promise<void>): void {
  work = work.then(task);
  work.catch((error) => respond({ kind: "failed", error }));
}

async function enlarge({ job, height, width }: Enlarge): Promise<void> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  if (picture) {
    prediction = undefined; // it is of another
    for await (const share of model.encode(picture)) {
      respond({ kind: "progress", job, share: ENCODED * share });
      if (await isOver(job)) return;
    }
    picture = undefined;
  }
  if (height * width > QUICK) {
    const half = await predict(job, Math.ceil(height / 2), Math.ceil(width / 2), ENCODED, SKETCHED);
    if (!half) return;
    show(half, { isSketch: true, seconds: seconds() });
    if (await isOver(job)) return;
  }
  const whole = await predict(job, height, width, SKETCHED, 1);
  if (!whole) return;
  for (const _ of whole.prepare(dial)) if (await isOver(job)) return;
  prediction = whole;
  show(whole, { isSketch: false, seconds: seconds() });
}

/** Decode the last job's distributions anew, unless the dial was turned on, or a job came. */
async function decode(turned: Dial): Promise<void> {
  const made = prediction;
  if (!made || made.job !== newest || turned !== dial) return;
  for (const _ of made.prepare(dial)) {
    if ((await isOver(made.job)) || turned !== dial) return;
  }
  show(made);
}

/** What the model says of a result of this size; undefined once another job was asked for. */
async function predict(
  job: number,
  height: number,
  width: number,
  from: number,
  to: number,
): Promise<Prediction | undefined> {
  const made = new Prediction(job, height, width);
  let done = 0;
  for await (const part of model.render(height, width)) {
    made.store(part);
    const { top, left, bottom, right } = part.box;
    done += ((bottom - top) * (right - left)) / (height * width);
    respond({ kind: "progress", job, share: from + (to - from) * done });
    if (await isOver(job)) return undefined;
  }
  return made;
}

function show(made: Prediction, finished?: { isSketch: boolean; seconds: number }): void {
  const runtime = memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
  respond({
    kind: "result",
    job: made.job,
    turn: dial.turn,
    pixels: made.draw(dial),
    low: made.drawLow(),
    bytes: runtime + made.byteLength,
    ...finished,
  });
}

/** Whether another job was asked for; messages are let in first. */
async function isOver(job: number): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve));
  return job !== newest;
}

function respond(answer: Answer): void {
  self.postMessage(answer);
}
