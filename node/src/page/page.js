// The live page: what the node tells is kept in one state, and what changed of it is drawn a few times a second.

import * as sections from "./draw.js";

const KINDS = "final,checkpoint,stake,evidence,stall,stall_over,voting,fork,alarm,round,status";
const MOST_ROUNDS = 256;
/** Times in milliseconds: between drawings, and between looks at what the stream does not bring. */
const DRAW_EVERY = 200;
const CERTIFICATE_EVERY = 2_000;
const PEERS_EVERY = 5_000;
const STAKE_EVERY = 20_000;

const state = {
  link: "wait",
  status: null,
  rounds: [],
  round: null,
  certificate: null,
  electorate: null,
  peers: null,
  faults: null,
};

/** The sections that a change of a part concerns. */
const CONCERNS = {
  link: ["status"],
  status: ["status", "rounds", "bounds"],
  rounds: ["rounds"],
  round: ["round"],
  certificate: ["certificate"],
  electorate: ["stake"],
  peers: ["peers"],
  faults: ["faults"],
};

const changed = new Set();
let timer = null;

function change(part, value) {
  state[part] = value;
  CONCERNS[part].forEach((section) => changed.add(section));
  timer ??= setTimeout(() => requestAnimationFrame(drawChanged), DRAW_EVERY);
}

function drawChanged() {
  timer = null;
  for (const section of changed) sections[section](state);
  changed.clear();
}

async function fetchJson(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** Asks for a part; what is not to be had stays as it is until the next time. */
async function renew(part, path, from = (page) => page) {
  try {
    change(part, from(await fetchJson(path)));
  } catch {
    // The stream tells whether the node is there.
  }
}

/** Rounds of two lists, each once, the newest first. */
function merge(one, other) {
  const byNumber = new Map([...other, ...one].map((round) => [round.round, round]));
  return [...byNumber.values()].sort((left, right) => right.round - left.round).slice(0, MOST_ROUNDS);
}

const renewRounds = () =>
  renew("rounds", `/v1/rounds?count=${MOST_ROUNDS}`, (page) => merge(page, state.rounds));
const renewFaults = () => renew("faults", "/v1/faults");
const renewPeers = () => renew("peers", "/v1/peers");
const renewStake = () => renew("electorate", "/v1/electorate/latest?order=stake&count=1024");
const renewCertificate = () =>
  renew("certificate", "/v1/certificates/latest", (page) => ({
    ...page,
    members: state.electorate?.members ?? 8 * (page.certificate.signers.length / 2),
  }));

/** Everything anew; of a node that was started again nothing is kept. */
async function renewAll() {
  const since = state.faults?.since_us;
  await renewFaults();
  if (since !== state.faults?.since_us) state.rounds = [];
  await Promise.all([renew("status", "/v1/status"), renewRounds(), renewPeers(), renewStake()]);
  await Promise.all([renewCertificate(), renew("round", "/v1/round")]);
}

function onFinal(event) {
  change("rounds", merge([event], state.rounds));
}

function listen() {
  const source = new EventSource(`/v1/events?kinds=${KINDS}`);
  const on = (kind, act) => source.addEventListener(kind, (message) => act(JSON.parse(message.data)));
  source.onopen = () => {
    change("link", "live");
    renewAll();
  };
  source.onerror = () => {
    change("link", "lost");
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2_000);
  };
  on("final", onFinal);
  on("status", (event) => change("status", event));
  on("round", (event) => change("round", event));
  for (const kind of ["evidence", "stall", "stall_over", "fork", "alarm"]) on(kind, renewFaults);
  on("stake", (event) => {
    if (event.receipt.event === "convicted") renewFaults();
  });
}

/** Does something now and then while somebody looks. */
function every(time, act) {
  setInterval(() => {
    if (!document.hidden && state.link === "live") act();
  }, time);
}

listen();
every(CERTIFICATE_EVERY, renewCertificate);
every(PEERS_EVERY, renewPeers);
every(STAKE_EVERY, renewStake);
addEventListener("resize", () => change("rounds", state.rounds));
document.querySelector("details").addEventListener("toggle", () => change("rounds", state.rounds));
