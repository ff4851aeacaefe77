// The page: addresses, keys and buttons.

const pictures = read(document.getElementById("pictures"));
const articles = [...document.querySelectorAll(".run")];
const data = [...document.querySelectorAll(".run-data")];
const index = document.getElementById("index");
const help = document.getElementById("help");
const zoom = document.getElementById("zoom");
const runs = new Map();
let current = null;

function runAt(place) {
  if (!runs.has(place)) runs.set(place, new Run(articles[place], read(data[place]), pictures));
  return runs.get(place);
}

function placeOfRun(key) {
  return articles.findIndex((article) => article.dataset.key === key);
}

function address() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  return { run: wanted.get("run"), step: Number.parseInt(wanted.get("step") || "", 10) };
}

function follow() {
  const wanted = address();
  let place = wanted.run === null ? -1 : placeOfRun(wanted.run);
  if (articles.length === 1) place = 0;
  current = place < 0 ? null : runAt(place);
  articles.forEach((article, each) => (article.hidden = each !== place));
  if (index) index.hidden = place >= 0;
  if (!current) return;
  const step = current.placeOf(wanted.step);
  if (step >= 0) current.show(step);
  else if (current.place < 0) current.show(current.data.opened);
}

function go(place) {
  if (!current) return;
  current.show(place);
  const wanted = new URLSearchParams();
  if (articles.length > 1) wanted.set("run", current.data.key);
  wanted.set("step", String(current.number));
  history.replaceState(null, "", `#${wanted}`);
}

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  remember(root.dataset.theme);
}

// A page opened from a file may have no storage; it then forgets.
function remember(theme) {
  try {
    localStorage.setItem("tapwright-theme", theme);
  } catch {
    return;
  }
}

function recall() {
  try {
    const theme = localStorage.getItem("tapwright-theme");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  } catch {
    return;
  }
}

function enlarge(frame) {
  const shown = frame || (current && current.article.querySelector(".frame"));
  if (zoom.open) return zoom.close();
  if (!shown) return undefined;
  const copy = make("div", { class: "zoomed" });
  copy.style.setProperty("--ratio", shown.style.getPropertyValue("--ratio"));
  for (const child of shown.children) copy.append(child.cloneNode(true));
  zoom.querySelector(".zoom-body").replaceChildren(copy);
  return zoom.showModal();
}

const deeds = {
  next: () => current && go(current.place + 1),
  before: () => current && go(current.place - 1),
  first: () => go(0),
  last: () => current && go(current.steps.length - 1),
  failing: () => current && go(current.data.opened),
  theme: switchTheme,
  marks: () => document.documentElement.classList.toggle("no-marks"),
  zoom: enlarge,
  skip: () => current && current.article.querySelector(".pane").focus(),
  help: () => (help.open ? help.close() : help.showModal()),
  index: () => index && (location.hash = ""),
};
const keys = {
  ArrowRight: "next", j: "next", ArrowLeft: "before", k: "before", Home: "first", End: "last",
  f: "failing", t: "theme", m: "marks", z: "zoom", "?": "help", i: "index",
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const deed = keys[event.key];
  const busy = (help.open && deed !== "help") || (zoom.open && deed !== "zoom");
  if (!deed || busy) return;
  event.preventDefault();
  deeds[deed]();
});
document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-do], [data-step]");
  if (!pressed) return;
  if (pressed.dataset.step) go(current.placeOf(Number(pressed.dataset.step)));
  else deeds[pressed.dataset.do](pressed);
});
for (const dialog of [help, zoom]) {
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}
addEventListener("hashchange", follow);
recall();
if (index) fillPictures(index, pictures);
follow();
