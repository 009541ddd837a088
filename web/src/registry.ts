/** Every view of the folder `views/`, by name. */
import type { View } from "./view";

const files = import.meta.glob<{ default: View }>("./views/*.tsx", { eager: true });

export const VIEWS: ReadonlyMap<string, View> = new Map(Object.values(files).map((file) => [file.default.id, file.default]));
