/** Texts in the room that they have. */

/** Cut a text to some pixels; pictures cannot wrap. */
export function fitText(text: string, room: number, character = 7): string {
  const most = Math.max(4, Math.floor(room / character));
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join("")}…`;
}
