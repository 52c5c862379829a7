// A page about one set outside the app: for a guest, or in a single file whose reader saves comments as a file.
import mount from "./player.js";
import { clock } from "./scene.js";

const SAVED = 1; // the version of the file with comments
const parentElement = document.getElementById("player");
const about = JSON.parse(document.getElementById("data").textContent);
const packed = document.getElementById("video");
if (packed) {
  const bytes = Uint8Array.from(atob(packed.textContent), (c) => c.charCodeAt(0));
  about.data.video = URL.createObjectURL(new Blob([bytes], { type: about.kind }));
  packed.remove();
}
const mine = [];
if (about.writes) about.data.review.write = keep;
mount({ parentElement, data: about.data });
document.getElementById("save")?.addEventListener("click", save);

function keep(_, comment) {
  mine.push(comment);
  const shown = mine.map((c) => ({ at: c.at_s, author: "You", text: c.text, strokes: c.strokes, done: false }));
  about.data.review = { ...about.data.review, comments: [...about.others, ...shown] };
  mount({ parentElement, data: about.data });
  list();
}

function list() {
  const rows = mine.map((comment, i) => {
    const row = Object.assign(document.createElement("div"), { className: "words" });
    const text = Object.assign(document.createElement("p"), { className: "text", textContent: comment.text || "A drawing." });
    const drop = Object.assign(document.createElement("button"), { type: "button", textContent: "Delete" });
    drop.addEventListener("click", () => { mine.splice(i, 1); keepOthers(); });
    row.append(clock(comment.at_s), text, drop);
    return row;
  });
  document.getElementById("written").replaceChildren(...rows);
  document.getElementById("save").disabled = !mine.length;
}

function keepOthers() {
  const left = mine.splice(0);
  about.data.review = { ...about.data.review, comments: about.others };
  mount({ parentElement, data: about.data });
  list();
  left.forEach((comment) => keep("comments", comment));
}

function save() {
  const author = document.getElementById("author").value.trim();
  const whole = { formcheck_comments: SAVED, set: about.set, author, comments: mine };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(whole, null, 1)], { type: "application/json" }));
  link.download = "formcheck-comments.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
