/** Pictures beside each other, which are zoomed, moved and pointed at as one. */

import type { Text } from "./texts";
import { say } from "./texts";

const MAX_ZOOM = 64;

/** A place in a picture: 0 to 1 from its top and from its left. */
export interface Place {
  readonly y: number;
  readonly x: number;
}

interface Pane {
  readonly figure: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly mark: HTMLElement;
  readonly caption: HTMLElement;
}

export class View {
  readonly #panes = new Map<Text, Pane>();
  readonly #fingers = new Map<number, PointerEvent>();
  #zoom = 1;
  #corner: Place = { y: 0, x: 0 }; // of what is seen
  #chosen: Place = { y: 0.5, x: 0.5 };
  #marked: Place = this.#chosen;
  #moved = false; // since the pointer went down

  /** `onPoint` is called with the place under the pointer, or else with the one chosen last. */
  constructor(
    private readonly sections: { element: HTMLElement; order: Text[] }[],
    private readonly onPoint: (place: Place) => void,
  ) {}

  /** Show a picture; without pixels there is none any more. */
  show(name: Text, pixels: ImageData | undefined): void {
    if (!pixels) {
      this.#panes.get(name)?.figure.remove();
      this.#panes.delete(name);
      this.#fingers.clear(); // one may have been on it
      return;
    }
    const { canvas } = this.#pane(name);
    canvas.width = pixels.width;
    canvas.height = pixels.height;
    canvas.getContext("2d")?.putImageData(pixels, 0, 0);
    this.#place();
  }

  caption(name: Text, words: string, details = ""): void {
    const pane = this.#panes.get(name);
    if (!pane) return;
    const strong = document.createElement("strong");
    strong.textContent = words;
    pane.caption.replaceChildren(strong, " ", details);
    pane.canvas.ariaLabel = `${words} ${details}`;
  }

  /** Whether a picture is of another job. */
  setOld(name: Text, isOld: boolean): void {
    this.#panes.get(name)?.figure.classList.toggle("old", isOld);
  }

  mark(place: Place): void {
    this.#marked = place;
    this.#place();
  }

  #pane(name: Text): Pane {
    const known = this.#panes.get(name);
    if (known) return known;
    const figure = document.createElement("figure");
    const frame = document.createElement("div");
    const canvas = document.createElement("canvas");
    const mark = document.createElement("div");
    const caption = document.createElement("figcaption");
    figure.id = `pane-${name}`;
    frame.className = "frame";
    mark.className = "mark";
    canvas.role = "img";
    canvas.tabIndex = 0;
    canvas.setAttribute("aria-describedby", "keys");
    frame.append(canvas, mark);
    figure.append(frame, caption);
    const pane = { figure, canvas, mark, caption };
    this.#panes.set(name, pane);
    const section = this.sections.find(({ order }) => order.includes(name));
    if (!section) throw new Error(`no section has ${name}`);
    const { element, order } = section;
    const later = order.slice(order.indexOf(name) + 1).map((each) => this.#panes.get(each));
    element.insertBefore(figure, later.find(Boolean)?.figure ?? null);
    this.caption(name, say(name));
    this.#listen(frame, canvas);
    return pane;
  }

  #listen(frame: HTMLElement, canvas: HTMLCanvasElement): void {
    frame.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      frame.setPointerCapture(event.pointerId);
      this.#fingers.set(event.pointerId, event);
      if (this.#fingers.size === 1) this.#moved = false;
    });
    frame.addEventListener("pointermove", (event) => {
      if (this.#fingers.has(event.pointerId)) this.#drag(frame, event);
      else if (event.pointerType === "mouse") this.onPoint(this.#under(frame, event));
    });
    frame.addEventListener("pointerup", (event) => {
      if (this.#fingers.delete(event.pointerId) && !this.#moved) {
        this.#choose(this.#under(frame, event));
      }
    });
    frame.addEventListener("pointercancel", (event) => this.#fingers.delete(event.pointerId));
    frame.addEventListener("pointerleave", () => this.onPoint(this.#chosen));
    frame.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && this.#zoom === 1) return; // it scrolls the page
        event.preventDefault();
        const slow = event.ctrlKey ? 100 : 300; // fingers on a trackpad turn little
        this.#zoomBy(2 ** (-event.deltaY / slow), this.#under(frame, event));
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return; // the browser's own
      if (this.#press(event.key, canvas)) event.preventDefault();
    });
  }

  /** One finger, or the mouse, moves what is seen; two zoom, too. */
  #drag(frame: HTMLElement, event: PointerEvent): void {
    const before = this.#fingers.get(event.pointerId) as PointerEvent;
    const others = [...this.#fingers.values()].filter((finger) => finger !== before);
    const still = others[0];
    const { width, height } = frame.getBoundingClientRect();
    const apart = (one: PointerEvent) =>
      still && Math.hypot(one.clientX - still.clientX, one.clientY - still.clientY);
    const factor = still ? (apart(event) as number) / Math.max(1, apart(before) as number) : 1;
    const across = event.clientX - before.clientX;
    const down = event.clientY - before.clientY;
    if (Math.hypot(across, down) > 2 || still) this.#moved = true;
    if (!this.#moved) return;
    this.#fingers.set(event.pointerId, event);
    if (still) this.#zoomBy(factor, this.#under(frame, still));
    else {
      this.#corner = {
        y: this.#corner.y - down / height / this.#zoom,
        x: this.#corner.x - across / width / this.#zoom,
      };
    }
    this.#place();
  }

  #press(key: string, canvas: HTMLCanvasElement): boolean {
    const moves: Record<string, [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    if (key in moves) {
      const [down, across] = moves[key];
      const step = (place: number, pixels: number, by: number) =>
        (Math.floor(place * pixels) + by + 0.5) / pixels;
      const y = step(this.#chosen.y, canvas.height, down);
      const x = step(this.#chosen.x, canvas.width, across);
      this.#choose(inside({ y, x }));
      this.#follow();
    } else if (key === "+" || key === "=") this.#zoomBy(1.5, this.#chosen);
    else if (key === "-") this.#zoomBy(1 / 1.5, this.#chosen);
    else if (key === "0") this.#zoomBy(0, this.#chosen);
    else return false;
    return true;
  }

  #choose(place: Place): void {
    this.#chosen = place;
    this.onPoint(place);
  }

  /** Move so that the chosen place is seen. */
  #follow(): void {
    const seen = 1 / this.#zoom;
    const near = (corner: number, place: number) =>
      place < corner || place > corner + seen ? place - seen / 2 : corner;
    this.#corner = {
      y: near(this.#corner.y, this.#chosen.y),
      x: near(this.#corner.x, this.#chosen.x),
    };
    this.#place();
  }

  #zoomBy(factor: number, around: Place): void {
    const zoom = Math.min(Math.max(this.#zoom * factor, 1), MAX_ZOOM);
    const kept = this.#zoom / zoom;
    this.#corner = {
      y: around.y - (around.y - this.#corner.y) * kept,
      x: around.x - (around.x - this.#corner.x) * kept,
    };
    this.#zoom = zoom;
    this.#place();
  }

  #under(frame: HTMLElement, event: MouseEvent): Place {
    const { top, left, width, height } = frame.getBoundingClientRect();
    return inside({
      y: this.#corner.y + (event.clientY - top) / height / this.#zoom,
      x: this.#corner.x + (event.clientX - left) / width / this.#zoom,
    });
  }

  #place(): void {
    const most = 1 - 1 / this.#zoom;
    const within = (start: number) => Math.min(Math.max(start, 0), most);
    this.#corner = { y: within(this.#corner.y), x: within(this.#corner.x) };
    const { y, x } = this.#corner;
    for (const { figure, canvas, mark } of this.#panes.values()) {
      figure.classList.toggle("zoomed", this.#zoom > 1);
      canvas.style.transform = `scale(${this.#zoom}) translate(${-100 * x}%, ${-100 * y}%)`;
      mark.style.top = `${100 * (this.#marked.y - y) * this.#zoom}%`;
      mark.style.left = `${100 * (this.#marked.x - x) * this.#zoom}%`;
    }
  }
}

function inside({ y, x }: Place): Place {
  const clamp = (value: number) => Math.min(Math.max(value, 0), 1 - 1e-9);
  return { y: clamp(y), x: clamp(x) };
}
