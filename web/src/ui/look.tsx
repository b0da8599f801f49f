/** Light or dark, and the colours of identities, for everything that draws. */
import { webDarkTheme, webLightTheme } from "@fluentui/react-components";
import {
  createContext,
  useCallback,
  useContext,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { inkOf, type Slots, withSlots } from "../core/colour";
import { recall, remember } from "./memory";

export type Mode = "light" | "dark";

export interface Look {
  readonly mode: Mode;
  readonly toggle: () => void;
  /** Colours of the identities of a dimension; null stands for the others. */
  readonly colours: (
    dimension: string,
    identities: readonly (string | null)[],
  ) => readonly string[];
}

const DARK = "(prefers-color-scheme: dark)";
const LookContext = createContext<Look | null>(null);

export const LookProvider = LookContext.Provider;

/** The look in force. */
export function useLook(): Look {
  const look = useContext(LookContext);
  if (!look) throw new Error("useLook needs a LookProvider above it");
  return look;
}

export const FONTS =
  "'Segoe UI Variable Text', 'Segoe UI', system-ui, -apple-system, BlinkMacSystemFont, sans-serif";

// The colours of identities are made to stand out from this ground (core/colour).
const DARK_THEME = {
  ...webDarkTheme,
  colorNeutralBackground1: "#1F1F1F",
  colorNeutralBackground2: "#191919",
  fontFamilyBase: FONTS,
};
const LIGHT_THEME = { ...webLightTheme, fontFamilyBase: FONTS };

/** Fluent's theme of a mode, in the page's typeface. */
export function themeOf(mode: Mode): typeof webLightTheme {
  return mode === "dark" ? DARK_THEME : LIGHT_THEME;
}

function systemMode(): Mode {
  return matchMedia(DARK).matches ? "dark" : "light";
}

function followSystem(onChange: () => void): () => void {
  const media = matchMedia(DARK);
  media.addEventListener("change", onChange);
  return () => media.removeEventListener("change", onChange);
}

/** The reader's choice, else what the system says. */
export function useNewLook(): Look {
  const system = useSyncExternalStore(followSystem, systemMode);
  const [chosen, choose] = useState(() => recall("theme"));
  const mode: Mode = chosen === "light" || chosen === "dark" ? chosen : system;
  const toggle = useCallback(() => {
    const next = mode === "dark" ? "light" : "dark";
    remember("theme", next);
    choose(next);
  }, [mode]);
  const colours = useMemo(() => colourer(mode), [mode]);
  return useMemo(() => ({ mode, toggle, colours }), [mode, toggle, colours]);
}

function readSlots(): Slots {
  try {
    return JSON.parse(recall("colours") ?? "{}") as Slots;
  } catch {
    return {};
  }
}

function colourer(mode: Mode): Look["colours"] {
  let slots = readSlots();
  return (dimension, identities) => {
    const named = dimension ? identities.flatMap((identity) => identity || []) : [];
    const next = withSlots(slots, dimension, named);
    if (next !== slots) remember("colours", JSON.stringify(next));
    slots = next;
    return identities.map((identity) => inkOf(slots, dimension, identity ?? "")[mode]);
  };
}
