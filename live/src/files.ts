/** The files of the page's folder, each checked against its hash. */

/** Put in by the build: the hash of each file. */
declare const INTEGRITY: Record<string, string>;

export interface File {
  readonly url: string;
  readonly integrity: string;
}

export function locate(name: string): File {
  return { url: new URL(name, document.baseURI).href, integrity: INTEGRITY[name] };
}

/** Throws an error that names the file if it is not there, or not as it was built. */
export async function fetched({ url, integrity }: File): Promise<Response> {
  const response = await fetch(url, { integrity }).catch((error) => {
    throw new Error(`${url} cannot be read, or is not as it was built (${error})`);
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response;
}

export async function unzipped(file: File): Promise<ArrayBuffer> {
  const { body } = await fetched(file);
  if (!body) throw new Error(`${file.url} is empty`);
  return new Response(body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
