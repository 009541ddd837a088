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

/** Return a picture of the page as the text of an SVG file. */
export function svgText(picture: SVGSVGElement, words: Words): string {
  const { width, height } = picture.viewBox.baseVal;
  const characters = Math.floor(width / 6.4);
  const heading = foldText(words.title, Math.floor(characters * 0.8));
  const notes = words.notes.flatMap((note) => foldText(note, characters));
  const copy = picture.cloneNode(true) as SVGSVGElement;
  // Styles are read where they apply: inside the page, under the light theme.
  const stage = document.createElement("div");
  stage.className = "view paper stage";
  stage.append(copy);
  picture.closest(".view")?.parentElement?.append(stage);
  const ink = getComputedStyle(stage).color;
  for (const element of copy.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    for (const name of COPIED) element.setAttribute(name, style.getPropertyValue(name));
    for (const name of ["class", "style", "tabindex", "role", "aria-label", "aria-pressed"]) element.removeAttribute(name);
  }
  stage.remove();
  const top = MARGIN + heading.length * 20;
  const whole = document.createElementNS(NAMESPACE, "svg");
  const size = { width: width + 2 * MARGIN, height: top + height + notes.length * 15 + 2 * MARGIN };
  whole.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  for (const [name, value] of Object.entries(size)) whole.setAttribute(name, `${value}`);
  const ground = whole.appendChild(document.createElementNS(NAMESPACE, "rect"));
  for (const [name, value] of Object.entries({ width: "100%", height: "100%", fill: "#fff" })) {
    ground.setAttribute(name, value);
  }
  const write = (text: string, y: number, font: number, weight: string) => {
    const line = whole.appendChild(document.createElementNS(NAMESPACE, "text"));
    const look = { x: MARGIN, y, fill: ink, "font-family": "system-ui, sans-serif", "font-size": font, "font-weight": weight };
    for (const [name, value] of Object.entries(look)) line.setAttribute(name, `${value}`);
    line.textContent = text;
  };
  heading.forEach((text, index) => write(text, MARGIN + 12 + index * 20, 15, "600"));
  notes.forEach((text, index) => write(text, top + height + MARGIN + index * 15, 11, "400"));
  copy.setAttribute("x", `${MARGIN}`);
  copy.setAttribute("y", `${top}`);
  copy.setAttribute("width", `${width}`);
  copy.setAttribute("height", `${height}`);
  for (const name of ["class", "role", "aria-label", "aria-describedby", "tabindex"]) copy.removeAttribute(name);
  whole.append(copy);
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
