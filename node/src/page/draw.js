// The sections of the page. Everything that a node or a peer said becomes text, never markup.

import { describe, draw as drawStrip } from "./strip.js";
import { chance, clock, count, faultLines, sentence, share, short, size, some, span, time } from "./words.js";

const at = (id) => document.getElementById(id);

/** Sets a text, and only if it changed: screen readers and the renderer are left alone otherwise. */
function set(id, text) {
  const node = at(id);
  if (node.textContent !== text) node.textContent = text;
}

function make(name, text, kind) {
  const node = document.createElement(name);
  if (kind) node.className = kind;
  if (text instanceof Node) node.append(text);
  else if (text !== undefined) node.textContent = text;
  return node;
}

/** A row of a table: its first cell heads it. */
function row(first, ...cells) {
  const line = make("tr");
  line.append(...[first, ...cells].map((cell) => (cell instanceof HTMLTableCellElement ? cell : make("td", cell))));
  return line;
}

function fill(id, rows, columns, nothing) {
  if (rows.length === 0) {
    const cell = make("td", nothing, "empty");
    cell.colSpan = columns;
    rows = [row(cell)];
  }
  at(id).replaceChildren(...rows);
}

const identifier = (id) => {
  const node = make("span", short(id), "id");
  node.title = id;
  return node;
};

/** A bar from 0 to `most` with a line at a mark; paler if it is not full. */
function meter(value, most, mark, isFull) {
  const cell = make("td", undefined, "wide");
  const bar = make("div", undefined, isFull ? "meter full" : "meter");
  const percent = (part) => `${most > 0 ? Math.min(100, (100 * part) / most) : 0}%`;
  const inside = make("i");
  inside.style.width = percent(value);
  bar.append(inside);
  const line = make("b");
  line.style.left = percent(mark);
  bar.append(line);
  cell.append(bar);
  return cell;
}

function facts(id, entries) {
  const groups = entries.map(([name, value, kind]) => {
    const group = make("div", undefined, kind);
    group.append(make("dt", name), make("dd", value));
    return group;
  });
  at(id).replaceChildren(...groups);
}

const quantile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];

export function status({ status, link }) {
  const words = { live: "Live", wait: "Connecting", lost: "No connection, trying again" };
  set("link", words[link]);
  at("link").dataset.state = link;
  if (!status) return;
  set("name", status.name || "–");
  set("chain", short(status.chain));
  at("chain").title = status.chain;
  set("final-round", count(status.final_round));
  const checkpoint = status.checkpoint ? `Round ${count(status.checkpoint_round)}` : "None yet";
  set("checkpoint", checkpoint);
  const title = `${status.stall ? "Stalled: " : ""}${count(status.final_round)} · ${status.name}`;
  if (document.title !== title) document.title = title;
  const notices = [];
  if (status.stall) notices.push(["Stalled", sentence(status.stall.explanation)]);
  if (status.silent && status.validators > 0) notices.push(["Not voting", sentence(status.silent)]);
  // The explanation changes every second; what is read aloud is its head alone.
  set("announced", notices.map(([head]) => head).join(", "));
  const shown = notices.map(([head, text]) => {
    const notice = make("p", undefined, "notice");
    notice.append(make("b", head), make("span", text));
    return notice;
  });
  const text = notices.flat().join("\n");
  if (at("notices").dataset.text !== text) {
    at("notices").dataset.text = text;
    at("notices").replaceChildren(...shown);
  }
}

export function rounds({ rounds, status }) {
  const last = rounds[0];
  const timed = rounds.filter((round) => round.finality_us !== null).slice(0, 100);
  const sorted = timed.map((round) => round.finality_us).sort((one, other) => one - other);
  set("median", sorted.length ? time(quantile(sorted, 0.5)) : "–");
  set("slowest", sorted.length ? time(quantile(sorted, 0.95)) : "–");
  if (last) {
    const latest = rounds.slice(0, 21);
    const minutes = (last.at_us - latest[latest.length - 1].at_us) / 6e7;
    const isStalled = Boolean(status?.stall);
    set("pace", isStalled ? "0" : minutes > 0 ? count(Math.round((latest.length - 1) / minutes)) : "–");
    set("final-round", count(Math.max(last.round, status?.final_round ?? 0)));
    const how = last.synced ? "Learnt from a peer" : `Final ${time(last.finality_us)} after it began`;
    set("final-line", `${how} · ${some(last.transactions, "transaction")} · block ${short(last.block)}`);
  }
  const tell = (round) => set("strip-readout", describe(round));
  const { isMarked, isSynced } = drawStrip(at("strip"), rounds, status?.stall, tell);
  const marked = isMarked ? "; ▾ more than one period, or off the scale" : "";
  const hollow = isSynced ? "; hollow: learnt from a peer" : "";
  set("strip-note", `Height: time to finality${marked}${hollow}`);
  if (document.querySelector("details").open) {
    const line = (round) =>
      row(
        count(round.round),
        time(round.finality_us),
        String(round.period),
        `${count(round.seats)} of ${count(round.threshold)}`,
        count(round.signers),
        size(round.certificate_bytes),
        count(round.transactions),
      );
    fill("rounds", rounds.slice(0, 40).map(line), 7, "No round became final yet");
  }
}

const stepName = (step) =>
  `${step.step[0].toUpperCase()}${step.step.slice(1)}${step.k === null ? "" : ` ${step.k}`}`;

/** A line over the steps of a round. */
function spanning(head, text) {
  const cell = make("th", undefined, "span");
  cell.colSpan = 4;
  cell.scope = "rowgroup";
  cell.append(make("strong", head), ` ${text}`);
  const line = make("tr");
  line.append(cell);
  return line;
}

function stepRow(step) {
  const isReached = step.seats >= step.needed;
  const seats = make("td", `${count(step.seats)} of ${count(step.needed)}${isReached ? " ✓" : ""}`);
  if (isReached) seats.className = "reached";
  return row(stepName(step), meter(step.seats, step.needed * 1.45, step.needed, isReached), seats, count(step.voters));
}

export function round({ round }) {
  if (!round) return;
  const waits = { propose: "waits for a proposal", body: "is decided, waits for its block" };
  const period = (number) => (number > 0 ? ` in period ${number}` : "");
  const steps = round.steps.filter((step) => step.step !== "next" || step.voters > 0);
  const [leading] = round.proposals;
  const proposal = leading ? `; ${short(leading.validator)} leads ${some(round.proposal_count, "proposal")}` : "";
  const text = `${waits[round.step] ?? `waits for ${round.step}`}${period(round.period)}${proposal}`;
  set("round-note", "Seats counted for the leading value");
  at("steps").replaceChildren(spanning(`Round ${count(round.round)}`, text), ...steps.map(stepRow));
  const { decided } = round;
  if (decided) {
    const head = spanning(`Round ${count(decided.round)}`, `was decided${period(decided.period)}`);
    at("decided").replaceChildren(head, ...decided.steps.map(stepRow));
  }
}

/** Whether a bit set in hexadecimal, least significant bit first, holds a member. */
const holds = (bits, index) => ((parseInt(bits.slice(2 * (index >> 3), 2 * (index >> 3) + 2), 16) >> (index & 7)) & 1) === 1;

export function certificate({ certificate, rounds }) {
  if (!certificate) return;
  const { signers, proven } = certificate.certificate;
  const members = certificate.members;
  const told = rounds.find((round) => round.round === certificate.round);
  set("certificate-note", `Round ${count(certificate.round)}`);
  const hall = at("signers");
  hall.className = `signers${members <= 16 ? " few" : members > 512 ? " many" : ""}`;
  const seats = Math.min(members, 2048);
  while (hall.children.length > seats) hall.lastChild.remove();
  while (hall.children.length < seats) hall.append(make("i"));
  let signed = 0;
  for (let index = 0; index < seats; index += 1) {
    const isSigned = holds(signers, index);
    signed += isSigned ? 1 : 0;
    const kind = isSigned ? (holds(proven, index) ? "proven" : "signed") : "";
    if (hall.children[index].className !== kind) hall.children[index].className = kind;
  }
  hall.setAttribute("aria-label", `${signed} of ${members} members signed`);
  if (told) {
    facts("certificate-facts", [
      ["Signers", `${count(told.signers)} of ${count(members)}`],
      ["Seats", `${count(told.seats)} of ${count(told.threshold)}`],
      ["Proofs", count(told.proven)],
      ["Length", size(told.certificate_bytes)],
    ]);
  }
}

export function stake({ electorate }) {
  if (!electorate) return;
  const shown = electorate.list.slice(0, 8);
  // Who holds a third can stop the chain: the bars are drawn against that.
  const third = 333_333;
  const most = Math.max(1.15 * third, shown[0]?.share_millionths ?? 0);
  const rows = shown.map(({ validator, share_millionths: part }) =>
    row(identifier(validator), meter(part, most, third, true), share(part)),
  );
  const others = electorate.members - shown.length;
  if (others > 0) {
    const left = 1_000_000 - shown.reduce((sum, member) => sum + member.share_millionths, 0);
    const bar = make("td", undefined, "wide");
    rows.push(row(`${count(others)} more`, bar, share(Math.max(0, left))));
  }
  fill("stake", rows, 3, "Nobody may draw");
  let sum = 0;
  const needed = electorate.list.findIndex((member) => (sum += member.share_millionths) > third) + 1;
  set(
    "stake-note",
    `${some(electorate.members, "validator")}${needed > 0 ? `; ${count(needed)} hold more than a third` : ""}`,
  );
}

export function peers({ peers }) {
  if (!peers) return;
  set("peers-note", `${count(peers.length)} connected`);
  const rows = peers.slice(0, 12).map((peer) => {
    const heard = peer.silent_seconds === null ? "not yet" : peer.silent_seconds < 2 ? "now" : `${span(peer.silent_seconds)} ago`;
    return row(identifier(peer.peer), span(peer.connected_seconds), peer.round ? count(peer.round) : "–", heard);
  });
  if (peers.length > 12) rows.push(row(`${count(peers.length - 12)} more`, "", "", ""));
  fill("peers", rows, 4, "No peer is connected: without one no round of several nodes becomes final");
}

export function faults({ faults }) {
  if (!faults) return;
  set("faults-note", `Since ${clock(faults.since_us)}, when this node started`);
  const entries = [
    ["Offences", faults.offences],
    ["Convictions", faults.convictions],
    ["Stalls", faults.stalls],
    ["Forks", faults.forks + faults.alarms],
  ];
  facts(
    "fault-counts",
    entries.map(([name, value]) => [name, value === 0 ? "None" : count(value), value === 0 ? "" : "some"]),
  );
  const lines = faultLines(faults.recent).map(([at_us, text]) => {
    const line = make("li");
    const when = make("time", clock(at_us));
    when.dateTime = new Date(at_us / 1000).toISOString();
    line.append(when, make("span", text));
    return line;
  });
  at("faults").replaceChildren(...lines);
}

export function bounds({ status }) {
  const bounds = status?.bounds;
  at("bounds-card").hidden = !bounds;
  if (!bounds) return;
  const lines = [
    ["A step makes no progress", bounds.live_log2],
    ["Two values staged in one period", bounds.split_log2],
    ["A quorum without any honest vote", bounds.take_log2],
    ["A fork", bounds.fork_log2],
  ].filter(([, log2]) => log2 !== undefined);
  const power = (log2) => {
    const [words, exponent] = chance(log2).split("^");
    const cell = make("td", words);
    if (exponent) cell.append(make("sup", exponent));
    if (log2 !== null) cell.title = `2^${log2.toFixed(1)}`;
    return cell;
  };
  fill("bounds", lines.map(([name, log2]) => row(name, power(log2))), 2, "–");
  set("bounds-note", bounds.targets_met === false ? "✗ Targets of the genesis missed" : "✓ Targets of the genesis met");
  set("bounds-about", `For one committee and one seed, if ${bounds.honest ?? "the declared share"} of the stake is honest`);
}
