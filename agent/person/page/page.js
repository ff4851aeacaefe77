import { keyGesture, watchPointer, watchTyping } from "./hands.js";
import { drawRun, watchSteering } from "./run.js";

const $ = (id) => document.getElementById(id);
const PHASES = { starting: "Starting …", waiting: "Your turn", working: "Working …", ended: "Ended" };
const ASKS = {
  open_app: { title: "Open an app", first: "Its name, as under its icon", button: "Open" },
  wait: { title: "Wait", first: "Seconds", value: "2", button: "Wait" },
  note: { title: "Note something", text: "What will be needed on a later screen.", first: "Note", button: "Keep" },
  ask_user: {
    title: "Ask the person", text: "Where an agent would have to ask.",
    first: "Question", second: "Your answer", button: "Keep",
  },
  done: { title: "Done?", text: "The goal is reached, and the screen shows it.", first: "Answer, if one was asked for", optional: true, button: "Done" },
  give_up: { title: "Give up?", text: "The recording is kept, as one that did not succeed.", first: "Why", optional: true, button: "Give up" },
};
let view = { version: 0, phase: "starting" };
let shown = 0;
let asking = "";
let troubleTimer = 0;

function complain(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = !text;
  clearTimeout(troubleTimer);
  if (text) troubleTimer = setTimeout(() => complain(""), 5000);
}

async function post(path, value) {
  try {
    const answer = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value),
    });
    if (!answer.ok) complain((await answer.json()).error);
    return answer.ok;
  } catch {
    complain("Nobody answers.");
    return false;
  }
}

let sending = Promise.resolve(); // acts arrive in the order they were made
function emit(gesture) {
  if (view.phase === "ended" || view.phase === "starting") return;
  const posted = { gesture, thought: $("thought").value };
  if ("at" in gesture || "start" in gesture) {
    posted.picture = { width: $("picture").naturalWidth, height: $("picture").naturalHeight };
  }
  $("thought").value = "";
  sending = sending.then(() => post("act", posted));
}

// The picture.

async function showPicture(number) {
  if (number === shown || !number) return;
  try {
    const answer = await fetch("picture");
    if (!answer.ok) return;
    shown = number;
    const address = URL.createObjectURL(await answer.blob());
    const picture = $("picture");
    const before = picture.src;
    picture.src = address;
    await picture.decode().catch(() => {});
    if (before) URL.revokeObjectURL(before);
    $("blank").hidden = true;
    document.body.dataset.picture = number;
  } catch { /* the next view asks again */ }
}

function row(number, line, className) {
  const item = document.createElement("li");
  item.className = className;
  const count = document.createElement("span");
  count.className = "number";
  count.textContent = number;
  const text = document.createElement("span");
  text.textContent = line.text;
  item.append(count, text);
  if (line.thought) {
    const thought = document.createElement("span");
    thought.className = "thought";
    thought.textContent = line.thought;
    text.append(thought);
  }
  if (view.purpose === "run" && line.hand === "person" && className === "") {
    const by = document.createElement("span");
    by.className = "by";
    by.textContent = "by you";
    item.append(by);
  }
  if (className === "pending") {
    const undo = document.createElement("button");
    undo.textContent = "Undo";
    undo.addEventListener("click", () => post("take-back", { number: line.number }));
    item.append(undo);
  }
  if (line.trouble) {
    const wrong = document.createElement("span");
    wrong.className = "wrong";
    wrong.textContent = line.trouble;
    item.append(wrong);
  }
  return item;
}

function phaseInWords() {
  if (view.phase === "ended") return PHASES.ended;
  if (view.stopping) return "Stopping …";
  if (view.inquiry) return "You are asked";
  if (view.purpose === "touch" && view.phase === "waiting") return "Live";
  if (view.purpose === "run" && view.phase === "working") {
    if (view.hand === "person") return "Working …";
    return view.held ? "Paused" : view.doing ? "Acting …" : "Thinking …";
  }
  return PHASES[view.phase];
}

function draw() {
  document.body.dataset.phase = view.phase;
  document.body.dataset.purpose = view.purpose;
  document.body.dataset.done = view.done.length;
  document.body.dataset.hand = view.hand;
  document.body.dataset.held = view.held && view.hand === "agent" && view.phase !== "ended" ? "yes" : "no";
  $("phase").textContent = phaseInWords();
  $("title").textContent = view.title;
  $("title").title = view.title;
  $("device").textContent = view.device;
  document.title = `${view.phase === "working" ? "… " : ""}${view.title} · Tapwright`;
  const rows = view.done.map((line, index) => row(`${index + 1}`, line, ""));
  if (view.doing) rows.push(row("●", { text: view.doing }, "now"));
  rows.push(...view.pending.map((line) => row("…", line, "pending")));
  $("acts").replaceChildren(...rows);
  $("acts").scrollTop = $("acts").scrollHeight;
  $("none").hidden = rows.length > 0;
  $("count").textContent = view.done.length ? `${view.done.length}` : "";
  const closed = view.phase === "ended" || view.phase === "starting";
  for (const button of document.querySelectorAll("[data-gesture], [data-ask]")) {
    const kind = button.dataset.gesture ?? button.dataset.ask;
    const known = kind === "done" || kind === "give_up" || view.offers.includes(kind);
    button.hidden = !closed && !known;
    button.disabled = closed;
  }
  if (view.purpose === "run") drawRun(view);
  $("typing").disabled = $("thought").disabled = closed;
  $("farewell").hidden = view.phase !== "ended";
  if (view.phase === "ended") {
    $("ending").textContent = `${view.ending || "Ended"}.`;
    if ($("dialog").open) $("dialog").close();
    complain("");
  }
}

const TRIES = 4; // a machine that wakes up, or a proxy that blinks, is no end
async function look(after) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await fetch(`view?after=${after}`);
    } catch (error) {
      if (tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300 * tries));
    }
  }
}

async function follow() {
  for (;;) {
    try {
      const answer = await look(view.version);
      if (answer.status === 503) {
        complain((await answer.json()).error);
        await new Promise((resolve) => setTimeout(resolve, 2000));
        continue;
      }
      if (!answer.ok) throw new Error();
      const next = await answer.json();
      if (next.version === view.version) continue;
      view = next;
      draw();
      await showPicture(view.picture);
      if (view.phase === "ended") return;
    } catch {
      if (view.phase === "ended") return;
      view = { ...view, phase: "ended", ending: "Nobody answers any more", offers: [], done: view.done ?? [], pending: [] };
      draw();
      return;
    }
  }
}

// The dialog.

function ask(kind) {
  if (view.phase === "ended" || view.phase === "starting" || $("dialog").open) return;
  const ending = kind === "done" || kind === "give_up";
  if (ending ? view.purpose !== "record" : !view.offers.includes(kind)) return;
  flushHands();
  const wanted = ASKS[kind];
  asking = kind;
  $("dialog-title").textContent = wanted.title;
  $("dialog-text").textContent = wanted.text ?? "";
  $("first-label").textContent = wanted.first;
  $("first").value = wanted.value ?? "";
  $("first").required = !wanted.optional;
  $("second-label").textContent = wanted.second ?? "";
  for (const part of [$("second"), $("second-label")]) part.hidden = !wanted.second;
  $("second").value = "";
  $("second").required = Boolean(wanted.second);
  $("confirm").textContent = wanted.button;
  $("dialog").showModal();
  $("first").select();
}

function answered() {
  const first = $("first").value.trim();
  const second = $("second").value.trim();
  switch (asking) {
    case "open_app": return { kind: "open_app", name: first };
    case "wait": return { kind: "wait", duration_s: Number(first.replace(",", ".")) };
    case "note": return { kind: "note", text: first };
    case "ask_user": return { kind: "ask_user", question: first, answer: second };
    default: return { kind: "finish", success: asking === "done", answer: first };
  }
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  $("dialog").close();
  emit(answered());
});
$("cancel").addEventListener("click", () => $("dialog").close());

// Hands.

const flushTyping = watchTyping($("typing"), $("clear"), $("send"), emit);
const flushTap = watchPointer($("screen"), $("picture"), $("finger"), (gesture) => { flushTyping(); emit(gesture); });
function flushHands() {
  flushTap();
  flushTyping();
}
for (const button of document.querySelectorAll("[data-gesture]")) {
  button.addEventListener("click", () => { flushHands(); emit({ kind: button.dataset.gesture }); });
}
for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => ask(button.dataset.ask));
}
const steering = watchSteering((order) => post("steer", { order }), () => view);
const SHORTCUTS = {
  KeyH: () => emit({ kind: "home" }), KeyR: () => emit({ kind: "recents" }), KeyO: () => ask("open_app"),
  KeyW: () => ask("wait"), KeyN: () => ask("note"), KeyA: () => ask("ask_user"),
  Enter: () => ask("done"), Backspace: () => ask("give_up"),
};
document.addEventListener("keydown", (event) => {
  if ($("dialog").open || event.isComposing) return;
  if (event.altKey && !event.ctrlKey && !event.metaKey && view.purpose === "run" && steering(event.code)) {
    event.preventDefault();
    return;
  }
  if (event.altKey && !event.ctrlKey && !event.metaKey && event.code in SHORTCUTS) {
    event.preventDefault();
    flushHands();
    SHORTCUTS[event.code]();
    return;
  }
  if (event.key === "Escape") {
    event.preventDefault();
    flushHands();
    emit({ kind: "back" });
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const free = document.activeElement === document.body || document.activeElement === $("screen");
  if (!free || event.key === "Tab") return;
  const gesture = keyGesture(event);
  if (gesture) {
    event.preventDefault();
    emit(gesture);
  } else if (event.key.length === 1 || event.key === "Process") {
    $("typing").focus(); // the letter itself then goes there
  }
});
follow();
