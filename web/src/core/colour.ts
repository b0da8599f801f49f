/**
 * Colour is identity, not rank: a model, team or token type keeps its colour in every chart and
 * on every visit. Others and unknown are grey; red, amber and green are left to states.
 */

/** A colour on the light and on the dark background. */
export interface Ink {
  readonly light: string;
  readonly dark: string;
}

const ink = (light: string, dark: string): Ink => ({ light, dark });

export const GREY = ink("#828D9B", "#6F7680");

/** Colours of families of token types; neighbours in a bar differ for every kind of sight. */
export const TOKEN_INKS = {
  input: ink("#046CE1", "#3A86F0"),
  cached: ink("#08515F", "#B9F2F5"),
  cacheWrite: ink("#27A371", "#4FD39B"),
  output: ink("#543001", "#EE9A3A"),
  reasoning: ink("#5F188C", "#D49AED"),
  audio: ink("#C21A3C", "#EA2F5B"),
  picture: ink("#90870F", "#F5EC86"),
  provisioned: GREY,
} as const;

/** Colours for every other kind of identity; no greys, no state colours. */
export const PALETTE: readonly Ink[] = [
  ink("#1570C9", "#479EF5"),
  ink("#D65A0E", "#F5994A"),
  ink("#0D8A80", "#2BC4B6"),
  ink("#8752CC", "#B98BE8"),
  ink("#A07B00", "#E3C233"),
  ink("#C23C8C", "#F07CC4"),
  ink("#4C8C2B", "#8ACB5E"),
  ink("#2A4AA8", "#8FA8F5"),
  ink("#95603A", "#D1A07A"),
  ink("#0090C0", "#6CD3F2"),
  ink("#7A2E7D", "#D9A3DB"),
  ink("#6E8322", "#C0CF7A"),
  ink("#5A63EA", "#7F87FF"),
  ink("#00795A", "#5FE0AE"),
];

/** The colour of a token type, found from its registered name. */
export function tokenInk(name: string): Ink {
  if (name.includes("audio")) return TOKEN_INKS.audio;
  if (name.includes("cache_write")) return TOKEN_INKS.cacheWrite;
  if (name.includes("cached")) return TOKEN_INKS.cached;
  if (/image|video|pages/.test(name)) return TOKEN_INKS.picture;
  if (name.includes("reasoning")) return TOKEN_INKS.reasoning;
  if (name.startsWith("output")) return TOKEN_INKS.output;
  if (name.startsWith("input")) return TOKEN_INKS.input;
  return TOKEN_INKS.provisioned;
}

/** Which slot of the palette each identity has, by dimension. */
export type Slots = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** 32-bit FNV-1a, so that two browsers agree on the colour of most names. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value;
}

/** The slots with the given identities added: the hashed slot, or the next that is free. */
export function withSlots(slots: Slots, dimension: string, identities: Iterable<string>): Slots {
  const own: Record<string, number> = { ...slots[dimension] };
  const before = Object.keys(own).length;
  const taken = new Set(Object.values(own));
  for (const identity of identities) {
    if (identity in own) continue;
    const slot = freeSlot(hash(identity) % PALETTE.length, taken);
    own[identity] = slot;
    taken.add(slot);
  }
  return Object.keys(own).length === before ? slots : { ...slots, [dimension]: own };
}

function freeSlot(preferred: number, taken: ReadonlySet<number>): number {
  for (let step = 0; step < PALETTE.length; step++) {
    const slot = (preferred + step) % PALETTE.length;
    if (!taken.has(slot)) return slot;
  }
  return preferred;
}

/** The colour of an identity; grey for what has no name. Without a dimension there is but one. */
export function inkOf(slots: Slots, dimension: string, identity: string): Ink {
  if (dimension === "") return PALETTE[0] ?? GREY;
  if (identity === "") return GREY;
  if (dimension === "TokenType") return tokenInk(identity);
  return PALETTE[slots[dimension]?.[identity] ?? -1] ?? GREY;
}
