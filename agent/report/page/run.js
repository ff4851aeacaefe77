// One run: which step is shown, and the strip of all of them.

class Run {
  constructor(article, data, pictures) {
    this.article = article;
    this.data = data;
    this.pictures = pictures;
    this.place = -1;
    this.buttons = [...article.querySelectorAll(".frame-button")];
    this.slots = [...article.querySelectorAll(".slot")];
    fillPictures(article, pictures);
  }

  get steps() {
    return this.data.steps;
  }

  // A last look is no step.
  get total() {
    return this.steps.filter((step) => step.state !== "look").length;
  }

  get number() {
    return this.place < 0 ? 0 : this.steps[this.place].number;
  }

  placeOf(number) {
    return this.steps.findIndex((step) => step.number === number);
  }

  show(place) {
    if (!this.steps.length) return;
    const wanted = Math.min(Math.max(place, 0), this.steps.length - 1);
    if (wanted === this.place) return;
    const focused = this.buttons[this.place] === document.activeElement;
    this.leave();
    this.place = wanted;
    const step = this.steps[wanted];
    this.article.querySelector(".pictures").replaceChildren(showPictures(step, this.pictures));
    const pane = this.article.querySelector(".pane");
    pane.replaceChildren();
    append(pane, showStep(step, this.total, this.data, this.pictures));
    pane.scrollTop = 0;
    this.article.querySelector(".pager-place").textContent = `${step.number} / ${this.total}`;
    this.enter(focused);
    this.preload(wanted + 1);
  }

  leave() {
    if (this.place < 0) return;
    const button = this.buttons[this.place];
    button.removeAttribute("aria-current");
    button.tabIndex = -1;
    if (this.slots[this.place]) this.slots[this.place].classList.remove("current");
  }

  enter(focused) {
    const button = this.buttons[this.place];
    button.setAttribute("aria-current", "step");
    button.tabIndex = 0;
    if (focused) button.focus({ preventScroll: true });
    if (this.slots[this.place]) this.slots[this.place].classList.add("current");
    centre(button, this.article.querySelector(".strip"));
  }

  // The next picture is there before it is asked for.
  preload(place) {
    const step = this.steps[place];
    const known = step && this.pictures[step.after];
    if (known && known.src && !known.src.startsWith("data:")) new Image().src = known.src;
  }
}

function fillPictures(root, pictures) {
  for (const picture of root.querySelectorAll("img[data-picture]")) {
    const known = pictures[picture.dataset.picture];
    if (known && known.thumb) picture.src = known.thumb;
    else picture.replaceWith(make("span", { class: "no-picture" }, "no picture"));
  }
}

// Scrolls the strip only, never the page.
function centre(button, strip) {
  const item = button.getBoundingClientRect();
  const room = strip.getBoundingClientRect();
  strip.scrollLeft += item.left - room.left - (room.width - item.width) / 2;
  strip.scrollTop += item.top - room.top - (room.height - item.height) / 2;
}
