// The socket to the engine. What it has not yet said that it has seen is kept and sent again after a break.

const FIRST_WAIT_MS = 300, LONGEST_WAIT_MS = 3000;
const MOST_KEPT = 6000; // frames, some 50 MB: five minutes without a connection at twenty a second
const MOST_TIMED = 600; // frames whose answers are still awaited to time them
const TO_SEND = 512 * 1024; // bytes that may lie in the socket before more are handed to it

export class Link {
  /**
   * @param {object} hello what a session begins with
   * @param {{state: Function, done: Function, error: Function, up: (is: boolean) => void}} on what it says, see
   * docs/live.md; after done and error it is over. up: whether there is a connection
   */
  constructor(hello, on) {
    Object.assign(this, { hello, on, session: null, kept: [], said: [], wait: FIRST_WAIT_MS, sent: new Map(), rtt: 0 });
    this.lost = 0; // frames dropped because the connection was away for too long
    this._open();
  }

  get up() { return Boolean(this.welcome) && this.socket.readyState === WebSocket.OPEN; }

  /** A frame; kept until the engine has seen it. */
  frame(seq, packet) {
    this.kept.push({ seq, packet });
    if (this.kept.length > MOST_KEPT) { this.kept.shift(); this.lost++; }
    this._flush();
  }

  /** What a person did: {type, ...}. Not lost in a break either, and never before the frames that preceded it. */
  say(message) {
    this.said.push({ after: this.kept.at(-1)?.seq ?? this.next ?? -1, text: JSON.stringify(message) });
    this._flush();
  }

  close() {
    this.over = true;
    clearTimeout(this.again);
    this.socket.close();
  }

  _open() {
    const url = new URL("/live/ws", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.socket = new WebSocket(url);
    this.socket.onopen = () => this.socket.send(JSON.stringify({ type: "hello", session: this.session, ...this.hello }));
    this.socket.onmessage = ({ data }) => this._heard(JSON.parse(data));
    this.socket.onclose = () => this._broken();
  }

  _broken() {
    const was = this.welcome;
    this.welcome = false;
    this.sent.clear();
    if (this.over) return;
    if (was || this.wait > FIRST_WAIT_MS) this.on.up(false);
    this.again = setTimeout(() => this._open(), this.wait);
    this.wait = Math.min(2 * this.wait, LONGEST_WAIT_MS);
  }

  _heard(message) {
    if (message.type === "welcome") {
      Object.assign(this, { session: message.session, next: message.next_seq, welcome: true, wait: FIRST_WAIT_MS });
      this._seen(message.next_seq - 1);
      this.on.up(true);
      this._flush();
    } else if (message.type === "state") {
      this._time(message.seq);
      this._seen(message.seq);
      this.on.state(message);
      this._flush();
    } else if (message.type === "done") {
      this.over = true;
      this.on.done(message);
    } else if (message.type === "error") this._refused(message);
  }

  /** A frame is missing over there: send again from it. Anything else is for the person to know. */
  _refused(message) {
    const from = message.next_seq;
    if (from !== undefined && !message.fatal && this.kept.some(({ seq }) => seq === from) && from !== this.asked) {
      this.asked = this.next = from;
      this._flush();
    } else {
      this.close();
      this.on.error(message);
    }
  }

  /** The engine has seen every frame up to this one. */
  _seen(seq) {
    let n = 0;
    while (n < this.kept.length && this.kept[n].seq <= seq) n++;
    this.kept.splice(0, n);
  }

  /** Hand on what waits, in order, as much as the socket takes at a time. */
  _flush() {
    if (!this.up) return;
    for (const { seq, packet } of this.kept) {
      if (seq < this.next) continue;
      if (this.socket.bufferedAmount > TO_SEND) {
        this.later ??= setTimeout(() => { this.later = undefined; this._flush(); }, 50);
        return;
      }
      this._speak(seq - 1);
      this.socket.send(packet);
      this.next = seq + 1;
      if (this.sent.size < MOST_TIMED) this.sent.set(seq, performance.now());
    }
    this._speak(Infinity);
  }

  _speak(upTo) {
    while (this.said.length && this.said[0].after <= upTo) this.socket.send(this.said.shift().text);
  }

  /** Milliseconds from a frame's sending to the engine's answer to it. */
  _time(seq) {
    const sent = this.sent.get(seq);
    for (const known of this.sent.keys()) if (known <= seq) this.sent.delete(known);
    if (sent !== undefined) this.rtt += (this.rtt ? 0.1 : 1) * (performance.now() - sent - this.rtt);
  }
}
