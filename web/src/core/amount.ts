/**
 * Exact decimal arithmetic. An amount is decimal text, as it came from the API; it becomes a
 * number only to be drawn.
 */
import Big from "big.js";

/** A decimal written out in full, without exponent: "12.3400000001". */
export type Amount = string;

/** An amount, or null where it is unknown. Unknown is never zero. */
export type Known = Amount | null;

// Quotients (averages, prices) are shown with few digits; 24 keep every one of them right.
Big.DP = 24;

/** Decimal text as the API writes it, without an exponent and without zeros that say nothing. */
export function amount(text: string): Amount {
  // Tens of thousands of these are read with an answer: few of them need to be parsed.
  if (/e/i.test(text)) return new Big(text).toFixed();
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** The exact sum of what is known; null when nothing is. */
export function sum(parts: Iterable<Known>): Known {
  let total: Big | null = null;
  for (const part of parts) {
    if (part !== null) total = total === null ? new Big(part) : total.plus(part);
  }
  return total === null ? null : total.toFixed();
}

/** a - b, or null when either is unknown. */
export function difference(a: Known, b: Known): Known {
  return a === null || b === null ? null : new Big(a).minus(b).toFixed();
}

/** a / b, or null when either is unknown or b is zero. */
export function quotient(a: Known, b: Known): Known {
  if (a === null || b === null) return null;
  const divisor = new Big(b);
  return divisor.eq(0) ? null : new Big(a).div(divisor).toFixed();
}

/** Cost of a million tokens, or null when cost or tokens are unknown or there are no tokens. */
export function perMillion(cost: Known, tokens: Known): Known {
  return quotient(cost === null ? null : new Big(cost).times(1_000_000).toFixed(), tokens);
}

/** Descending, unknown last. */
export function byAmount(a: Known, b: Known): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return new Big(b).cmp(a);
}

/** -1, 0 or 1. */
export function sign(value: Amount): -1 | 0 | 1 {
  return Math.sign(new Big(value).cmp(0)) as -1 | 0 | 1;
}

/** Rounded half away from zero, as Intl.NumberFormat rounds what is shown. */
export function rounded(value: Amount, digits: number): Amount {
  return new Big(value).round(digits, Big.roundHalfUp).toFixed();
}

/** A float for a chart's geometry or a bar's length; never for arithmetic. */
export function drawn(value: Known): number | null {
  return value === null ? null : Number(value);
}
