/** The words of the page. What the document has in English, it has from its HTML. */

const english = {
  mode: "mode",
  mean: "mean",
  median: "median",
  sample: "sample",
  cancelled: "Cancelled.",
  broken: "Reload the page to go on.",
  decoding: "Decoding …",
  sketch: "sketch",
  missing: "{reason}.",
  loading: "Loading the networks …",
  working: "Enlarging {small} to {large} pixels …",
  done: "{small} → {large} pixels on {processor}; {memory} MB are held.",
  cropped: "Only the middle {small} pixels are shown at this scale.",
  refused: "{name} is no picture that this browser can read. Give a JPEG, PNG or WebP file.",
  failed: "It failed: {reason}. A smaller photograph takes less memory.",
  small: "Small photograph",
  bicubic: "Bicubic",
  lte: "LTE (regression)",
  cs: "CS (classification)",
  fcs: "FCS (both)",
  truth: "Truth",
  seconds: "{seconds} s",
  pixelName: "Pixel in row {row}, column {column}",
  red: "Red",
  green: "Green",
  blue: "Blue",
  shown: "shown",
  chart: "{model}, {colour}: mode {mode}, mean {mean}, median {median}",
  low: "{name}: low band f",
  high: "{name}: high band g",
  fcsLow: "FCS: low band, regressed",
  fcsHigh: "FCS: high band, decoded",
};

export type Text = keyof typeof english;

const korean: Record<Text, string> = {
  mode: "최빈값",
  mean: "평균",
  median: "중앙값",
  sample: "표본",
  cancelled: "취소했습니다.",
  broken: "계속하려면 페이지를 다시 여십시오.",
  decoding: "복호하는 중 …",
  sketch: "밑그림",
  missing: "{reason}.",
  loading: "신경망을 불러오는 중 …",
  working: "{small}에서 {large} 화소로 확대하는 중 …",
  done: "{small} → {large} 화소, {processor}, 메모리 {memory} MB.",
  cropped: "이 배율에서는 가운데 {small} 화소만 보입니다.",
  refused:
    "{name}은(는) 이 브라우저가 읽을 수 있는 사진이 아닙니다. JPEG, PNG, WebP 파일을 주십시오.",
  failed: "실패했습니다: {reason}. 더 작은 사진은 메모리를 덜 씁니다.",
  small: "작은 사진",
  bicubic: "바이큐빅",
  lte: "LTE(회귀)",
  cs: "CS(분류)",
  fcs: "FCS(둘 다)",
  truth: "참값",
  seconds: "{seconds}초",
  pixelName: "{row}행 {column}열의 화소",
  red: "빨강",
  green: "초록",
  blue: "파랑",
  shown: "표시값",
  chart: "{model}, {colour}: 최빈값 {mode}, 평균 {mean}, 중앙값 {median}",
  low: "{name}: 저주파 f",
  high: "{name}: 고주파 g",
  fcsLow: "FCS: 회귀한 저주파",
  fcsHigh: "FCS: 복호한 고주파",
};

/** In place of the document's English, by `data-text` and `data-label`. */
const koreanDocument: Record<string, string> = {
  title: "분류로서의 초해상도",
  lead: "세 신경망이 작은 사진을 브라우저 안에서 확대합니다. 사진은 이 기기를 떠나지 않습니다.",
  photograph: "사진",
  open: "사진을 열거나 끌어다 놓기 …",
  reduce: "먼저 축소하기(참값을 알 수 있습니다)",
  asItIs: "있는 그대로 확대하기",
  settings: "설정",
  scale: "배율",
  dial: "복호: 최빈값, 평균, 표본",
  draw: "다른 표본",
  progress: "진행",
  cancel: "취소",
  panes: "작은 사진을 각 방법으로 확대한 결과",
  keys: "Ctrl과 휠, 또는 두 손가락으로 확대하고, 끌어서 옮깁니다. 키보드: Tab으로 그림을 고르고, 화살표로 화소를 고르고, +와 −로 확대·축소하고, 0으로 전체를 봅니다.",
  pixel: "화소 하나",
  pixelLead:
    "LTE는 색마다 값 하나를, CS는 256개 값의 분포를, FCS는 저주파 값 하나와 거기에 더할 값의 분포를 예측합니다. 위 그림에서 화소를 가리켜 보십시오. 선은 최빈값(실선), 평균(파선), 중앙값(점선), 참값(굵은 선)입니다.",
  bands: "저주파와 고주파",
  bandsLead:
    "저역 통과 필터는 그림을 나눕니다: y = f(y) + g(y). FCS는 너비 1.5 화소로 학습했습니다. 저주파는 회귀하고, 고주파는 분류하며, 그림에서는 0을 중간 회색으로 나타냅니다.",
  sigma: "필터의 너비 σ(화소)",
  about:
    "fcsr의 작은 가중치 lte-compact, cs-mixture-compact, fcs-mixture-compact를 onnxruntime-web으로 실행합니다. CS와 FCS는 Oh와 Kim, LTE는 Lee와 Jin(CVPR 2022)의 방법입니다.",
};

const LANGUAGES = { en: english, ko: korean };
const NAMES = { en: "English", ko: "한국어" };
type Language = keyof typeof LANGUAGES;

const englishDocument: Record<string, string> = {};
for (const element of document.querySelectorAll<HTMLElement>("[data-text], [data-label]")) {
  const { text, label } = element.dataset;
  if (text) englishDocument[text] = element.textContent;
  if (label) englishDocument[label] = element.ariaLabel ?? "";
}

let spoken: Language = navigator.language.startsWith("ko") ? "ko" : "en";

/** A text in the language that is spoken, with what stands in its braces. */
export function say(text: Text, values: Record<string, string | number> = {}): string {
  return LANGUAGES[spoken][text].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

export function changeLanguage(): void {
  spoken = other();
}

/** Puts the document's texts in place. */
export function translate(): void {
  const texts = spoken === "en" ? englishDocument : koreanDocument;
  document.documentElement.lang = spoken;
  document.title = `fcsr: ${texts.title}`;
  for (const element of document.querySelectorAll<HTMLElement>("[data-text], [data-label]")) {
    const { text, label } = element.dataset;
    if (text) element.textContent = texts[text];
    if (label) element.ariaLabel = texts[label];
  }
  const button = document.getElementById("language") as HTMLElement;
  button.textContent = NAMES[other()];
  button.lang = other();
}

function other(): Language {
  return spoken === "en" ? "ko" : "en";
}
