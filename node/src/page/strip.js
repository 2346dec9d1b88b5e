// The strip: a bar for each of the last rounds, its height the time to finality. One that took much longer than most is
// cut at the top and marked, so that it does not flatten the others.

import { count, size, time } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const GAP = 4;
const STEP = 9;
const LEFT = 52;
/** The scale reaches at least so far, in microseconds, and at most to so many times the median. */
const LEAST_TOP = 50_000;
const MOST_MEDIANS = 3;

function shape(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

/** What a round was, in a line. */
export function describe(round) {
  const how = round.synced ? "learnt from a peer" : `final in ${time(round.finality_us)}`;
  const late = round.period > 0 ? `, in period ${round.period}` : "";
  return `Round ${count(round.round)}: ${how}${late} · ${count(round.seats)} of ${count(round.threshold)} seats · ${size(
    round.certificate_bytes,
  )}`;
}

/** The upper end of the scale: a round number not far above most of the times. */
function topOf(rounds) {
  const times = rounds.map((round) => round.finality_us ?? 0).sort((one, other) => one - other);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  const wanted = Math.max(LEAST_TOP, Math.min(1.1 * (times[times.length - 1] ?? 0), MOST_MEDIANS * median));
  const power = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 4, 6, 8, 10].map((factor) => factor * power).find((top) => top >= wanted);
}

/** A round that stands still: a bar of dashes beyond the scale. */
function open(svg, x, height) {
  svg.append(shape("rect", { class: "bar open", x, y: 8, width: STEP - GAP, height: height - 8, rx: 1.5 }));
}

/**
 * Draws rounds, the newest first, into an element, and beside them the round that stands still, if one does; `tell` is given
 * the round under the pointer. Says whether a bar is marked, and whether one is hollow.
 */
export function draw(target, rounds, stall, tell) {
  const [width, height] = [target.clientWidth || 600, target.clientHeight || 150];
  const end = stall ? width - STEP : width;
  const most = Math.max(20, Math.floor((end - LEFT) / STEP));
  const shown = rounds.slice(0, most).reverse();
  const top = topOf(shown);
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  svg.setAttribute("aria-label", label(shown));
  for (const us of [0, top / 2, top]) {
    const y = height - (us / top) * (height - 16);
    svg.append(shape("line", { class: "rule", x1: LEFT, x2: width, y1: y, y2: y }));
    svg.append(shape("text", { class: "tick", x: 0, y: y + 4 }, us === 0 ? "0" : time(us).replace(/\.0+ /, " ")));
  }
  shown.forEach((round, place) => {
    const x = end - (shown.length - place) * STEP + GAP / 2;
    const part = round.synced ? 0.05 : (round.finality_us ?? 0) / top;
    const tall = Math.max(2, Math.min(1, part) * (height - 16));
    const hit = shape("rect", { class: "hit", x: x - GAP / 2, y: 0, width: STEP, height });
    hit.addEventListener("pointerenter", () => tell(round));
    const kind = round.synced ? "bar synced" : "bar";
    const bar = { class: kind, x, y: height - tall, width: STEP - GAP, height: tall, rx: 1.5 };
    // Older rounds fade.
    const opacity = 0.4 + (0.6 * (place + 1)) / shown.length;
    svg.append(hit, shape("rect", { ...bar, opacity }));
    if (isMarked(round, top)) {
      const middle = x + (STEP - GAP) / 2;
      svg.append(shape("path", { class: "mark", d: `M${middle - 4} ${height - tall - 11}h8l-4 7z` }));
    }
  });
  if (stall) open(svg, end + GAP / 2, height);
  target.replaceChildren(svg);
  return { isMarked: shown.some((round) => isMarked(round, top)), isSynced: shown.some((round) => round.synced) };
}

/** More than one period, or beyond the scale: marked by a shape, so that it shows without its colour. */
const isMarked = (round, top) => round.period > 0 || (round.finality_us ?? 0) > top;

function label(shown) {
  if (shown.length === 0) return "No round became final yet";
  const [first, last] = [shown[0], shown[shown.length - 1]];
  const late = shown.filter((round) => round.period > 0).length;
  return `Rounds ${count(first.round)} to ${count(last.round)}; the last was final in ${time(last.finality_us)}; ${
    late === 0 ? "all in their first period" : `${late} needed more than one period`
  }`;
}
