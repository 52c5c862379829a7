// What is heard: short words by the browser's own speech, and tones. Both can be switched off.

const TONES = { tick: [660, 0.09], go: [990, 0.3], rep: [520, 0.06], stop: [330, 0.9], good: [880, 0.12] };
const LOUD = 0.25;

export class Voice {
  /** switches: {speech: boolean, sound: boolean}, read at every use. */
  constructor(switches) {
    this.switches = switches;
  }

  /** Browsers allow sound only after a press: call this in one. */
  wake() {
    this.context ??= window.AudioContext ? new AudioContext() : null;
    this.context?.resume();
    if ("speechSynthesis" in window) speechSynthesis.speak(new SpeechSynthesisUtterance(""));
  }

  /** Say something now; what is being said gives way. */
  say(words) {
    if (!this.switches.speech || !words || !("speechSynthesis" in window)) return;
    speechSynthesis.cancel();
    const saying = new SpeechSynthesisUtterance(words);
    saying.lang = "en";
    speechSynthesis.speak(saying);
  }

  /** Say no more. */
  hush() {
    if ("speechSynthesis" in window) speechSynthesis.cancel();
  }

  /** A tone: tick, go, rep, stop or good. */
  tone(name) {
    if (!this.switches.sound || !this.context) return;
    const [hertz, seconds] = TONES[name], now = this.context.currentTime;
    const source = this.context.createOscillator(), volume = this.context.createGain();
    source.frequency.value = hertz;
    source.type = name === "stop" ? "square" : "sine";
    volume.gain.setValueAtTime(LOUD, now);
    volume.gain.exponentialRampToValueAtTime(0.001, now + seconds);
    source.connect(volume).connect(this.context.destination);
    source.start(now);
    source.stop(now + seconds);
  }

  close() {
    this.hush();
    this.context?.close();
  }
}
