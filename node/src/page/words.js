// Values in words: numbers, times, sizes, chances.

const plain = new Intl.NumberFormat("en-GB");

/** A whole number with separators. */
export const count = (value) => (value === null || value === undefined ? "–" : plain.format(value));

/** A number with its noun. */
export const some = (value, noun) => `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

/** Microseconds. */
export function time(us) {
  if (us === null || us === undefined) return "–";
  if (us < 10_000) return `${(us / 1000).toFixed(1)} ms`;
  if (us < 1_000_000) return `${Math.round(us / 1000)} ms`;
  return `${(us / 1_000_000).toFixed(us < 10_000_000 ? 2 : 0)} s`;
}

/** Whole seconds. */
export function span(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Bytes. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Millionths as a percentage. */
export const share = (millionths) => `${(millionths / 10_000).toFixed(millionths < 100_000 ? 2 : 1)} %`;

/** The beginning of an identifier; of a peer's the end, since all begin alike. */
export const short = (id) => (id.startsWith("12D3") ? `…${id.slice(-8)}` : id.slice(0, 8));

/** A time of day. */
export const clock = (us) =>
  new Date(us / 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** A chance given by its logarithm to base 2, in words of base 10; none means that it cannot happen. */
export function chance(log2) {
  if (log2 === null || log2 === undefined) return "cannot happen";
  const log10 = log2 * Math.log10(2);
  return log10 > -3 ? `${(10 ** (log10 + 2)).toPrecision(2)} %` : `1 in 10^${Math.floor(-log10)}`;
}

/** A text that begins with a capital. */
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** A fault without its round, and the round if it belongs to the end of the sentence. */
function fault(event) {
  switch (event.event) {
    case "evidence":
      return [`${sentence(event.kind)} by ${event.validator ? short(event.validator) : `member ${event.index}`}`, event.round];
    case "stake":
      return [`Conviction of ${short(event.receipt.offence.offender)}`, event.round];
    case "stall":
      return [`Stall: ${event.explanation}`];
    case "stall_over":
      return [`Stall over after ${span(event.seconds)}`, event.round];
    case "fork":
      return ["Fork: two certified blocks", event.round];
    case "alarm":
      return [`Alarm: ${event.cause}`];
    default:
      return [event.event];
  }
}

/** Faults, the newest first, as times and sentences; one who does the same again and again has one line. */
export function faultLines(recent) {
  const lines = new Map();
  for (const item of recent) {
    const [text, round] = fault(item.fault);
    const again = ["evidence", "stake"].includes(item.fault.event);
    const key = again ? text : `${item.at_us} ${text}`;
    const known = lines.get(key);
    if (known) known.times += 1;
    else lines.set(key, { at_us: item.at_us, text, round, times: 1 });
  }
  return [...lines.values()].map(({ at_us, text, round, times }) => {
    const where = round === undefined ? "" : times === 1 ? ` in round ${count(round)}` : `, last in round ${count(round)}`;
    return [at_us, `${text}${times > 1 ? `, ${times} times` : ""}${where}`];
  });
}
