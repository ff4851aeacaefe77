// One step: its two pictures, and everything that was thought, said, sent and done.

function showPictures(step, pictures) {
  const before = step.typed ? `Before · types “${step.typed}”` : "Before";
  const wide = step.size !== null && step.size.width > step.size.height;
  return make(
    "div",
    { class: wide ? "pair wide" : "pair" },
    figure(before, step.before, step.before_note, step, pictures, true),
    figure("After", step.after, step.after_note, step, pictures, false)
  );
}

function figure(label, key, note, step, pictures, marked) {
  const caption = make("figcaption", {}, label);
  const known = key ? pictures[key] : null;
  const source = known ? known.src || known.thumb : "";
  if (!source) {
    const why = (known && known.problem) || note || "The picture is not in this page.";
    return make("figure", { class: "shot none" }, caption, make("p", { class: "missing" }, why));
  }
  const about = marked ? `The screen before: ${step.deed}` : "The screen after";
  const picture = make("img", { src: source, alt: about, decoding: "async" });
  const frame = make("button", { type: "button", class: "frame", "data-do": "zoom", "aria-label": `${about}. Enlarge` }, picture);
  if (step.size) frame.style.setProperty("--ratio", `${step.size.width} / ${step.size.height}`);
  if (marked && step.size) frame.append(overlay(step));
  const problem = known.problem ? make("p", { class: "banner warn" }, known.problem) : null;
  return make("figure", { class: "shot" }, caption, frame, problem);
}

function showStep(step, total, run, pictures) {
  const title = step.state === "look" ? "The last look" : `Step ${step.number} of ${total}`;
  const spent = step.spans.reduce((sum, span) => sum + span.seconds, 0);
  return [
    make(
      "header",
      { class: "step-head" },
      make("h2", { "aria-live": "polite" }, title),
      make("span", { class: `badge state-${step.state}` }, step.state_said),
      make("span", { class: "dim" }, spent ? seconds(spent) : ""),
      step.state === "look" ? null : make("p", { class: "deed" }, step.deed)
    ),
    step.notes.map((note) => {
      const tone = note.label.startsWith("Told") ? "note plain" : "note bad";
      return make("p", { class: tone }, make("b", {}, `${note.label}: `), note.text);
    }),
    step.thought ? block("Thought", make("p", { class: "thought" }, step.thought)) : null,
    step.tool ? block("Decision", decision(step)) : null,
    step.result ? block("Result", make("p", { class: "result" }, step.result)) : null,
    step.rung.length ? block("How the recorded step was found again", facts(step.rung)) : null,
    step.exchanges.map((exchange, place) => showExchange(exchange, place, step, run, pictures)),
    waterfall(step, spent),
    block("Facts", facts(step.facts)),
  ].flat();
}

function decision(step) {
  const words = step.arguments === "{}" ? "" : step.arguments;
  if (!words.includes("\n")) return make("p", { class: "call" }, make("b", {}, step.tool), ` ${words}`);
  return [make("p", { class: "call" }, make("b", {}, step.tool)), verbatim(words, "small")];
}

function showExchange(exchange, place, step, run, pictures) {
  const label = step.exchanges.length > 1 ? `Model, question ${place + 1}` : "Model";
  const sent = `What was sent: ${counted(exchange.messages.length, "message")}, ${counted(Object.keys(exchange.images).length, "picture")}`;
  return block(
    label,
    make("p", { class: "dim" }, exchange.said ? `${exchange.model} · ${exchange.said}` : exchange.model),
    exchange.reasoning ? [make("h4", {}, "Reasoning"), verbatim(exchange.reasoning, "reasoning")] : null,
    make("h4", {}, "Reply, verbatim"),
    exchange.reply === null ? make("p", { class: "note bad" }, "No reply came.") : verbatim(exchange.reply),
    exchange.calls.length ? [make("h4", {}, "Native calls"), exchange.calls.map((each) => verbatim(each))] : null,
    exchange.messages.length ? fold(sent, () => showSent(exchange, run, pictures)) : null
  );
}

function showSent(exchange, run, pictures) {
  const list = make("ol", { class: "messages" });
  for (const key of exchange.messages) list.append(showMessage(run.parts[key], exchange, pictures));
  const settings = run.parts[exchange.settings];
  if (settings) {
    list.append(make("li", {}, make("h4", {}, "Settings"), verbatim(JSON.stringify(settings, null, 2), "small")));
  }
  return list;
}

function showMessage(message, exchange, pictures) {
  if (!message) return make("li", {}, make("p", { class: "note bad" }, "This message is missing in the recording."));
  const parts = Array.isArray(message.parts) ? message.parts : [];
  return make(
    "li",
    {},
    make("h4", {}, String(message.role)),
    parts.map((part) => showPart(part, exchange, pictures)),
    message.calls ? verbatim(JSON.stringify(message.calls, null, 2), "small") : null
  );
}

function showPart(part, exchange, pictures) {
  if (typeof part.text === "string") return verbatim(part.text, "small");
  const hashes = part.video || [part.image];
  return hashes.map((hash) => {
    const known = pictures[exchange.images[hash]];
    const source = known && (known.src || known.thumb);
    if (!source) return make("p", { class: "dim" }, `A picture that is not in this page (${String(hash).slice(0, 12)})`);
    return make("img", { class: "sent", src: source, alt: `Sent picture ${part.size || ""}`, loading: "lazy" });
  });
}

function waterfall(step, spent) {
  if (!step.spans.length) return null;
  let left = 0;
  const rows = step.spans.map((span) => {
    const bar = make("i", { class: `p-${span.phase}` });
    bar.style.setProperty("--left", `${(100 * left) / spent}%`);
    bar.style.setProperty("--width", `${(100 * span.seconds) / spent}%`);
    left += span.seconds;
    return make(
      "li",
      {},
      make("span", { class: "fall-name" }, span.phase),
      make("span", { class: "fall-track" }, bar),
      make("span", { class: "fall-time" }, seconds(span.seconds))
    );
  });
  return block("Time", make("ol", { class: "waterfall" }, rows));
}
