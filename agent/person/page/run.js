// What a run of the agent shows beside its acts, and the buttons that steer it.

const $ = (id) => document.getElementById(id);

function place(element, spot) {
  element.hidden = !spot;
  if (!spot) return;
  element.style.left = `${spot.x * 100}%`;
  element.style.top = `${spot.y * 100}%`;
}

function drawTrace(trace) {
  place($("trace-at"), trace?.at);
  place($("trace-to"), trace?.to);
  $("trace").toggleAttribute("hidden", !trace?.to);
  if (!trace?.to) return;
  const line = $("trace-line");
  for (const [name, value] of [["x1", trace.at.x], ["y1", trace.at.y], ["x2", trace.to.x], ["y2", trace.to.y]]) {
    line.setAttribute(name, value);
  }
}

/** Focus `element` as long as `number` is asked, unless the person is writing somewhere else. */
function claim(element, number, tries = 20) {
  if (asked !== number || tries === 0) return;
  const outer = window.parent.document.activeElement;
  if (outer?.matches("textarea, input, select, [contenteditable]")) return;
  element.focus({ preventScroll: true });
  // A page around this one may take the focus back while it is still being built.
  if (!document.hasFocus()) setTimeout(() => claim(element, number, tries - 1), 250);
}

let asked = 0;
function drawInquiry(inquiry) {
  $("inquiry").hidden = !inquiry;
  if (!inquiry) {
    asked = 0;
    return;
  }
  const approve = inquiry.kind === "approve";
  $("inquiry-title").textContent = approve ? "May this be done?" : "The agent asks you";
  $("inquiry-text").textContent = inquiry.text;
  $("approve-form").hidden = !approve;
  $("answer-form").hidden = approve;
  if (inquiry.number === asked) return;
  asked = inquiry.number;
  $("answer").value = "";
  $("inquiry").scrollIntoView({ block: "nearest" });
  claim(approve ? $("deny") : $("answer"), asked);
}

export function drawRun(view) {
  const ended = view.phase === "ended";
  $("acts-name").textContent = "Steps";
  drawTrace(ended ? null : view.trace);
  drawInquiry(ended || view.stopping ? null : view.inquiry);
  $("stop").disabled = view.stopping;
  $("take-over").disabled = view.stopping;
  $("pause").textContent = view.held ? "Go on" : "Pause";
  $("pause").disabled = view.stopping || view.hand === "person";
  $("take-over").textContent = view.hand === "person" ? "Hand back" : "Take over";
  $("saying").hidden = ended || !view.saying;
  $("saying").textContent = view.saying;
  $("saying").scrollTop = $("saying").scrollHeight;
  $("notes").hidden = !view.notes.length;
  $("notes").replaceChildren(...view.notes.map((text) => {
    const line = document.createElement("p");
    line.textContent = text;
    return line;
  }));
  $("notes").scrollTop = $("notes").scrollHeight;
  $("kept").textContent = view.kept ? `Recorded as ${view.kept}; see the tab Recordings.` : "Nothing was recorded.";
}

/** Buttons and keys. Gives a function that takes a key's code and tells whether it was one. */
export function watchSteering(order, view) {
  const stop = () => order({ kind: "stop" });
  const pause = () => view().hand === "agent" && order({ kind: view().held ? "go_on" : "pause" });
  const takeOver = () => order({ kind: view().hand === "person" ? "hand_back" : "take_over" });
  const approve = (yes) => {
    const inquiry = view().inquiry;
    if (inquiry?.kind === "approve") order({ kind: "approve", number: inquiry.number, yes });
  };
  $("stop").addEventListener("click", stop);
  $("pause").addEventListener("click", pause);
  $("take-over").addEventListener("click", takeOver);
  $("allow").addEventListener("click", () => approve(true));
  $("deny").addEventListener("click", () => approve(false));
  $("answer-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("answer").value.trim();
    const inquiry = view().inquiry;
    if (text && inquiry) order({ kind: "answer", number: inquiry.number, text });
  });
  return (code) => {
    if (view().phase === "ended") return false;
    if (view().inquiry?.kind === "approve" && (code === "KeyY" || code === "KeyN")) approve(code === "KeyY");
    else if (code === "KeyP") pause();
    else if (code === "KeyT") takeOver();
    else if (code === "KeyS") stop();
    else return false;
    return true;
  };
}
