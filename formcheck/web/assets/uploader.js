// Chooses video files and sends them in pieces; goes on after a broken connection, a reload, a restart.
const uploaders = new WeakMap();
const TRIES = 8, WAIT_MS = 700, SLOWEST_MS = 15000;
const HEADERS = { "X-Formcheck": "1" };

export default function mount({ parentElement, data, setTriggerValue }) {
  let uploader = uploaders.get(parentElement);
  if (!uploader) {
    uploader = new Uploader(parentElement, data);
    uploaders.set(parentElement, uploader);
  }
  Object.assign(uploader, { data, tell: (sets) => setTriggerValue("uploaded", sets) });
  return () => {};
}

const make = (tag, className, more = {}) => Object.assign(document.createElement(tag), { className, ...more });

class Uploader {
  constructor(parent, data) {
    parent.querySelector(".uploader")?.remove();
    this.root = make("div", "uploader");
    this.input = make("input", "files", { type: "file", multiple: true, accept: data.accept });
    this.input.id = `files-${Math.random().toString(36).slice(2)}`;
    const label = make("label", "drop", { htmlFor: this.input.id });
    label.append(make("strong", "", { textContent: data.words }),
      make("span", "", { textContent: "or drop it here. Several at once are fine." }));
    this.list = make("ul", "list");
    this.root.append(this.input, label, this.list);
    parent.append(this.root);
    this.input.addEventListener("change", () => { this.take(this.input.files); this.input.value = ""; });
    for (const name of ["dragover", "dragleave", "drop"]) label.addEventListener(name, (event) => {
      event.preventDefault();
      label.classList.toggle("over", name === "dragover");
      if (name === "drop") this.take(event.dataTransfer.files);
    });
    this.waiting = [];
    this.busy = false;
  }

  take(files) {
    for (const file of files) this.waiting.push(new Sending(this.list, file));
    if (!this.busy) this.run();
  }

  async run() {
    this.busy = true;
    const done = [];
    while (this.waiting.length) {
      const set = await this.waiting.shift().run(() => this.data.options);
      if (set) done.push(set);
    }
    this.busy = false;
    if (done.length) this.tell(done);
  }
}

/** One file on its way. */
class Sending {
  constructor(list, file) {
    this.file = file;
    this.item = make("li", "");
    this.bar = make("progress", "", { max: 1, value: 0 });
    this.bar.setAttribute("aria-label", `Upload of ${file.name}`);
    this.words = make("span", "words", { textContent: "waiting" });
    this.stop = make("button", "", { type: "button", textContent: "Stop upload", onclick: () => this.cancel() });
    this.item.append(make("span", "name", { textContent: file.name }), this.bar, this.words, this.stop);
    list.append(this.item);
    this.key = `formcheck upload ${file.name} ${file.size} ${file.lastModified}`;
    this.ended = new AbortController();
  }

  cancel() {
    this.ended.abort();
    if (this.id) ask("DELETE", `/api/uploads/${this.id}`).catch(() => {});
    localStorage.removeItem(this.key);
    this.item.remove();
  }

  /** The id of the set that came of it; null when it was cancelled or refused. */
  async run(options) {
    if (this.ended.signal.aborted) return null;
    try {
      let { id, received, piece } = await this.begin();
      this.id = id;
      this.started = performance.now();
      this.from = received;
      while (received < this.file.size) {
        received = await this.piece(received, piece);
        this.show(received);
      }
      const { set, sets, there } = await retried(() => ask("POST", `/api/uploads/${id}/done`, options(), this.ended.signal));
      localStorage.removeItem(this.key);
      if (there) this.end(`${sets} new; ${there} ${there === 1 ? "set was" : "sets were"} there already.`);
      else this.item.remove();
      return set ?? sets;
    } catch (error) {
      if (this.ended.signal.aborted) return null;
      this.words.className = "words error";
      this.end(error.sentence ?? "The connection was lost; choose the same file again to go on.");
      if (error.status && ![409, 507].includes(error.status)) localStorage.removeItem(this.key);
      return null;
    }
  }

  /** Leave a last word in place of the progress. */
  end(words) {
    this.words.textContent = words;
    this.words.setAttribute("role", "alert");
    this.bar.remove();
    this.stop.textContent = "Remove";
  }

  async begin() {
    const known = localStorage.getItem(this.key);
    if (known) {
      try { return await ask("GET", `/api/uploads/${known}`); } catch (error) { if (!error.status) throw error; }
    }
    const about = { name: this.file.name, size: this.file.size };
    const begun = await retried(() => ask("POST", "/api/uploads", about, this.ended.signal));
    localStorage.setItem(this.key, begun.id);
    return begun;
  }

  async piece(offset, size) {
    return retried(async () => {
      const blob = this.file.slice(offset, offset + size);
      const url = `/api/uploads/${this.id}?offset=${offset}`;
      try {
        return (await ask("PUT", url, blob, this.ended.signal)).received;
      } catch (error) {
        if (error.status === 409) return error.received;
        throw error;
      }
    });
  }

  show(received) {
    this.bar.value = received / this.file.size;
    const seconds = (performance.now() - this.started) / 1000;
    const left = ((this.file.size - received) * seconds) / Math.max(received - this.from, 1);
    const megabytes = (n) => (n / 2 ** 20).toFixed(n < 10 * 2 ** 20 ? 1 : 0);
    const time = left > 90 ? `${Math.round(left / 60)} min left` : `${Math.ceil(left)} s left`;
    this.words.textContent = `${megabytes(received)} of ${megabytes(this.file.size)} MB` +
      (received < this.file.size && seconds > 1 ? `, ${time}` : "");
  }
}

/** Ask the server; throws an Error with status and sentence when it refuses, a plain one when it is away. */
export async function ask(method, url, body, signal) {
  const json = body !== undefined && !(body instanceof Blob);
  const answer = await fetch(url, {
    method, signal, credentials: "same-origin",
    headers: json ? { ...HEADERS, "Content-Type": "application/json" } : HEADERS,
    body: json ? JSON.stringify(body) : body,
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(said.error), { status: answer.status, sentence: said.error, ...said });
  return said;
}

/** Try again while the server is away or in trouble; what it refuses is refused. */
export async function retried(act) {
  for (let n = 1; ; n++) {
    try {
      return await act();
    } catch (error) {
      if (error.name === "AbortError" || (error.status && error.status < 500) || n >= TRIES) throw error;
      await new Promise((wake) => setTimeout(wake, Math.min(WAIT_MS * 2 ** n, SLOWEST_MS)));
    }
  }
}
