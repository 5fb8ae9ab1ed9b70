// Photographs sent in pieces: what has arrived stays there, and after a broken line, a reload or a flat battery only
// the rest is sent. Without this script the form sends them all at once.

const PIECE = 512 * 1024;
const AT_ONCE = 2;
const LONGEST_WAIT = 30;
const PATIENCE = 120_000;

class Stop extends Error {}

const sleep = (seconds) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    addEventListener("online", () => { clearTimeout(timer); resolve(); }, { once: true });
  });

function said(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

class Sending {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.input = form.querySelector("input[type=file]");
    this.panel = document.getElementById("sending");
    this.bar = this.panel.querySelector("progress");
    this.say = document.getElementById("sending-say");
    this.list = this.panel.querySelector("ul");
    this.token = form.querySelector("[name=csrf_token]").value;
    this.memory = `osiedle-sending:${form.dataset.url}:${form.dataset.series}`;
    this.queue = [];
    this.running = 0;
    this.all = this.done = this.refused = this.bytes = this.sent = 0;
    this.busy = false;
    this.form.querySelectorAll("[data-without-script]").forEach((one) => { one.hidden = true; });
    this.form.querySelectorAll("[data-with-script]").forEach((one) => { one.hidden = false; });
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.begin(); });
    addEventListener("beforeunload", (event) => { if (this.busy) event.preventDefault(); });
    addEventListener("offline", () => { if (this.busy) this.tell(this.words.offline); });
    const left = this.remembered().length;
    if (left) { this.panel.hidden = false; this.form.closest("details")?.setAttribute("open", ""); this.tell(said(this.words.left, { left })); }
  }

  remembered() {
    try { return JSON.parse(localStorage.getItem(this.memory)) || []; } catch { return []; }
  }

  remember(change) {
    try { localStorage.setItem(this.memory, JSON.stringify(change(this.remembered()))); } catch { /* private window */ }
  }

  begin() {
    const files = [...this.input.files];
    if (!files.length) { this.panel.hidden = false; this.tell(this.words.none); this.input.focus(); return; }
    for (const file of files) {
      this.queue.push({ file, key: `${file.name}|${file.size}|${file.lastModified}`, week: this.week() });
      this.all += 1;
      this.bytes += file.size;
    }
    this.remember((known) => [...new Set([...known, ...this.queue.map((one) => one.key)])]);
    this.input.value = "";
    this.panel.hidden = false;
    this.busy = true;
    this.progress();
    while (this.running < AT_ONCE && this.queue.length) this.next();
  }

  week() {
    const chosen = this.form.querySelector("[name=by]:checked");
    return chosen && chosen.value === "taken" ? "" : this.words.week;
  }

  async next() {
    this.running += 1;
    while (this.queue.length) {
      const one = this.queue.shift();
      const line = this.line(one.file);
      try {
        await this.whole(one, line);
        this.done += 1;
        line.item.remove();
        this.remember((known) => known.filter((key) => key !== one.key));
      } catch (problem) {
        this.refused += 1;
        line.bar.remove();
        line.text.textContent = problem.message;
        line.item.classList.add("is-refused");
        if (!(problem instanceof Stop)) console.error(problem);
        this.remember((known) => known.filter((key) => key !== one.key));
      }
      this.sent += one.file.size - (one.offset || 0);
      one.offset = one.file.size;
      this.progress();
    }
    this.running -= 1;
    if (!this.running) this.finish();
  }

  line(file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = file.size;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    const text = document.createElement("span");
    text.className = "soft";
    item.append(name, bar, text);
    this.list.append(item);
    return { item, bar, text };
  }

  // One file from its first byte that is not there yet to its last.
  async whole(one, line) {
    const { file } = one;
    let told = null;
    for (let failures = 0; ;) {
      try {
        told ??= await this.asked("POST", this.words.url, this.named(one));
        this.moved(one, told.offset, line);
        if (told.state === "done") return;
        const piece = file.slice(told.offset, told.offset + PIECE);
        const address = `${this.words.url}/${told.id}`;
        told = await this.asked("PATCH", address, piece, { "Upload-Offset": String(told.offset), "Content-Type": "application/offset+octet-stream" });
        failures = 0;
      } catch (problem) {
        if (problem instanceof Stop) throw problem;
        failures += 1;
        const wait = Math.min(LONGEST_WAIT, 2 ** failures) * (0.75 + Math.random() / 2);
        line.text.textContent = said(this.words.waits, { seconds: Math.round(wait) });
        await sleep(wait);
        line.text.textContent = "";
        told = null; // asked anew how far it came
      }
    }
  }

  named({ file, key, week }) {
    const form = new FormData();
    for (const [name, value] of Object.entries({ series: this.words.series, week, name: file.name, size: file.size, key })) form.set(name, value);
    return form;
  }

  moved(one, offset, line) {
    this.sent += offset - (one.offset || 0);
    one.offset = offset;
    line.bar.value = offset;
    this.progress(true);
  }

  async asked(method, address, body, headers = {}) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), PATIENCE);
    try {
      const answer = await fetch(address, { method, body, signal: abort.signal, headers: { ...headers, "X-CSRFToken": this.token } });
      if (answer.redirected) throw new Stop(this.words.login);
      if (answer.ok || answer.status === 409) return await answer.json();
      if (answer.status === 400) await this.renew();
      if ([413, 415, 422].includes(answer.status)) throw new Stop((await answer.json()).message);
      if ([401, 403].includes(answer.status)) throw new Stop(this.words.login);
      if (answer.status === 404 && method === "POST") throw new Stop(this.words.gone);
      throw new Error(`${answer.status}`);
    } finally {
      clearTimeout(timer);
    }
  }

  // The token of the form lives for some hours, and a bad line may take longer.
  async renew() {
    const page = await fetch(location.href);
    if (page.redirected) throw new Stop(this.words.login);
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[data-upload] [name=csrf_token]");
    if (fresh) this.token = fresh.value;
  }

  progress(quietly = false) {
    this.bar.max = this.bytes || 1;
    this.bar.value = this.sent;
    const now = Date.now();
    if (quietly && now - (this.told || 0) < 5000) return;
    this.told = now;
    const percent = Math.floor((100 * this.sent) / (this.bytes || 1));
    this.tell(said(this.words.progress, { done: this.done, all: this.all, percent }));
  }

  tell(sentence) { this.say.textContent = sentence; }

  finish() {
    this.busy = false;
    this.tell(said(this.refused ? this.words.partly : this.words.finished, { done: this.done, all: this.all, refused: this.refused }));
    const link = this.panel.querySelector("a");
    link.hidden = false;
    link.focus();
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) new Sending(form);
