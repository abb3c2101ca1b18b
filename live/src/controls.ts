/** What the user sets, and the elements of the document. */

export const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

export const numberOf = (id: string) => find<HTMLInputElement>(id).valueAsNumber;

export const isChecked = (id: string) => find<HTMLInputElement>(id).checked;

/** While a slider moves, at most once for each picture on the screen. */
export function onSlide(id: string, handle: () => void): void {
  let isDue = false;
  on(id, "input", () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      handle();
    });
  });
}

export function on(id: string, event: string, handle: () => void): void {
  find(id).addEventListener(event, handle);
}

/** A photograph from the disk, whichever way it comes. */
export function onFile(open: (file: File) => void): void {
  const input = find<HTMLInputElement>("file");
  const take = (files: FileList | null | undefined) => {
    if (files?.[0]) open(files[0]);
  };
  input.addEventListener("change", () => {
    take(input.files);
    input.value = ""; // so that the same file can be opened again
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer?.files);
  });
}

/** A button with the picture of each sample. */
export function addSamples(samples: { name: string; url: string }[], open: (name: string) => void) {
  for (const { name, url } of samples) {
    const button = document.createElement("button");
    const picture = document.createElement("img");
    picture.src = url;
    picture.alt = name;
    button.type = "button";
    button.append(picture);
    button.addEventListener("click", () => open(name));
    find("samples").append(button);
  }
}
