// Elements are made of text only: nothing that a model or a screen said is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function make(name, properties, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") element.className = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function draw(name, properties, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(properties || {})) element.setAttribute(key, String(value));
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === "") continue;
    element.append(typeof child === "string" ? upright(child) : child);
  }
}

// What turns the direction of writing is written out: it could make a sentence read as another one.
function upright(text) {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16)}`);
}

function read(element) {
  return JSON.parse(element.textContent);
}

function seconds(value) {
  if (value >= 10) return `${value.toFixed(1)} s`;
  return value >= 1 ? `${value.toFixed(2)} s` : `${(value * 1000).toFixed(value >= 0.1 ? 0 : 1)} ms`;
}

function counted(number, thing) {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

function block(label, ...children) {
  return make("section", { class: "block" }, make("h3", {}, label), ...children);
}

function verbatim(text, extra) {
  return make("pre", { class: `verbatim ${extra || ""}`, tabindex: 0 }, text || "(empty)");
}

function facts(list) {
  return make(
    "dl",
    { class: "facts" },
    list.map((fact) => make("div", {}, make("dt", {}, fact.label), make("dd", {}, fact.text)))
  );
}

// Its content is made when it is first opened: a conversation may be long.
function fold(label, fill) {
  const details = make("details", { class: "fold" }, make("summary", {}, label));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) append(details, [fill()]);
  });
  return details;
}
