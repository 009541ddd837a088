/** Pictures as files: what is seen, always on a light ground, with every style written into the picture. */

const COPIED = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
  "paint-order",
  "display",
  "visibility",
];
/** What means something only inside the page. */
const LEFT_OUT = ["class", "style", "tabindex", "role", "aria-label", "aria-pressed", "aria-hidden", "aria-describedby"];
const INK = "#1d2429";
const NAMESPACE = "http://www.w3.org/2000/svg";
const MARGIN = 16;

export interface Words {
  title: string;
  /** What is written below the picture: what is shown, and from what. */
  notes: string[];
}

/** Break a text into lines of at most so many characters. */
export function foldText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word.slice(0, width);
    } else line = line ? `${line} ${word}` : word.slice(0, width);
  }
  return line ? [...lines, line] : lines;
}

function setAll(element: Element, attributes: Record<string, string | number>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, `${value}`);
}

/** Return a copy of a drawing whose every style is written into it, under the light theme. */
function copyStyled(drawing: SVGSVGElement): SVGSVGElement {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  // Styles are read where they apply: inside a view of the page.
  const stage = document.createElement("div");
  stage.className = "view paper stage";
  const canvas = stage.appendChild(document.createElement("div"));
  canvas.className = "canvas";
  canvas.append(copy);
  document.body.append(stage);
  const elements = [copy, ...copy.querySelectorAll("*")];
  // All are read before the first is changed: what is inherited must not change under way.
  const looks = elements.map((element) => COPIED.map((name) => [name, getComputedStyle(element).getPropertyValue(name)] as const));
  elements.forEach((element, index) => {
    for (const name of LEFT_OUT) element.removeAttribute(name);
    setAll(element, Object.fromEntries(looks[index] ?? []));
  });
  stage.remove();
  return copy;
}

/** Return a picture of the page as the text of an SVG file, with its title, key and notes. */
export function svgText(picture: SVGSVGElement, words: Words, keys: Element[] = []): string {
  const { width, height } = picture.viewBox.baseVal;
  const characters = Math.floor(width / 6.4);
  const heading = foldText(words.title, Math.floor(characters * 0.8));
  const notes = words.notes.flatMap((note) => foldText(note, characters));
  const whole = document.createElementNS(NAMESPACE, "svg");
  const ground = whole.appendChild(document.createElementNS(NAMESPACE, "rect"));
  const write = (text: string, x: number, y: number, font: number, weight = 400) => {
    const line = whole.appendChild(document.createElementNS(NAMESPACE, "text"));
    const family = "system-ui, sans-serif";
    setAll(line, { x, y, fill: INK, "font-family": family, "font-size": font, "font-weight": weight });
    line.textContent = text;
  };
  heading.forEach((text, index) => write(text, MARGIN, MARGIN + 12 + index * 20, 15, 600));
  let x = MARGIN;
  let y = MARGIN + heading.length * 20 + 10;
  for (const key of keys) {
    const drawing = key.querySelector("svg");
    const text = key.textContent ?? "";
    const room = (drawing ? 30 : 0) + 7 * text.length + 14;
    if (x > MARGIN && x + room > width) {
      x = MARGIN;
      y += 20;
    }
    if (drawing) {
      const copy = whole.appendChild(copyStyled(drawing));
      setAll(copy, { x, y: y - 12, width: 24, height: 16 });
    }
    write(text, x + (drawing ? 30 : 0), y, 12);
    x += room;
  }
  const top = y + (keys.length ? 12 : 0);
  const copy = whole.appendChild(copyStyled(picture));
  setAll(copy, { x: MARGIN, y: top, width, height });
  notes.forEach((text, index) => write(text, MARGIN, top + height + MARGIN + 4 + index * 15, 11));
  const size = { width: width + 2 * MARGIN, height: top + height + notes.length * 15 + 2 * MARGIN };
  setAll(whole, { ...size, viewBox: `0 0 ${size.width} ${size.height}` });
  setAll(ground, { width: "100%", height: "100%", fill: "#fff" });
  return new XMLSerializer().serializeToString(whole);
}

/** Draw the text of an SVG file as PNG, twice as many dots as the page has. */
export async function pngFile(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * image.width;
  canvas.height = 2 * image.height;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large"))), "image/png"),
  );
}

/** Offer a file to be kept. */
export function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
