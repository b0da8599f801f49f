/** What a browser remembers between visits. Private windows may refuse; then nothing is kept. */

type Key = "scope" | "theme" | "rail" | "colours";

export function recall(key: Key): string | null {
  try {
    return localStorage.getItem(`costplane.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: Key, value: string): void {
  try {
    localStorage.setItem(`costplane.${key}`, value);
  } catch {
    // The page works without memory; there is nothing to tell the reader.
  }
}
