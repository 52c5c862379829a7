// The camera: choosing one, opening it, noticing that it is gone and back. Everything that fails is said in words.

const WIDE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 }, resizeMode: "none" };
const FAILURES = {
  NotAllowedError: "The browser does not let this page use the camera. Allow it in the address bar (the camera " +
    "symbol beside the address) and in the settings of the system, then try again.",
  NotFoundError: "No camera was found. Plug one in, or open this page on a phone or laptop that has one.",
  NotReadableError: "The camera is there but gives no picture; another program is probably using it. Close that " +
    "program and try again.",
  OverconstrainedError: "This camera cannot give the picture that was asked for; choose another one.",
  AbortError: "The camera stopped while it was being opened; try again.",
};

export const INSECURE = "Browsers give the camera only to pages of the same machine or over HTTPS. Open the app as " +
  "http://localhost on the machine that runs it, or put HTTPS in front of it (docs/team.md says how).";
export const TOO_OLD = "This browser cannot follow you live (it lacks WebAssembly or the means to read single " +
  "pictures of the camera). Use a current Chrome, Edge, Safari or Firefox.";

/** Why live mode cannot run in this browser at all, in words; "" if it can. */
export function unfit() {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) return INSECURE;
  const there = typeof WebAssembly === "object" && typeof VideoFrame === "function" && typeof Worker === "function" &&
    typeof OffscreenCanvas === "function" && "requestVideoFrameCallback" in HTMLVideoElement.prototype;
  return there ? "" : TOO_OLD;
}

/** What went wrong with the camera, in words. */
export function failure(error) {
  return FAILURES[error?.name] ?? `The camera cannot be opened (${error?.message || error}); try again.`;
}

export class Camera {
  /**
   * @param {() => void} onLost it was unplugged, or the permission was taken away
   * @param {() => void} onChange other cameras are there
   */
  constructor(onLost, onChange) {
    Object.assign(this, { onLost, stream: null, id: null });
    navigator.mediaDevices.addEventListener("devicechange", onChange);
    this._forget = () => navigator.mediaDevices.removeEventListener("devicechange", onChange);
  }

  /** Open the camera with this id, null: any, on a phone the one on the back. Throws as getUserMedia. */
  async open(id = null) {
    this.stop();
    const which = id ? { deviceId: { exact: id } } : { facingMode: { ideal: "environment" } };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...WIDE, ...which } });
    const track = stream.getVideoTracks()[0];
    track.addEventListener("ended", () => { if (this.stream === stream) this.onLost(); });
    Object.assign(this, { stream, id: track.getSettings().deviceId ?? id, fps: track.getSettings().frameRate ?? 30 });
    return stream;
  }

  /** Whether a mirror is what one expects: a camera that looks at whoever looks at the screen. */
  get mirrored() { return this.stream?.getVideoTracks()[0].getSettings().facingMode === "user"; }

  /** [{id, name}] of every camera; they have names only once one was opened. */
  static async all() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((d) => d.kind === "videoinput")
      .map((d, i) => ({ id: d.deviceId, name: d.label || `Camera ${i + 1}` }));
  }

  stop() {
    const stream = this.stream;
    this.stream = null; // first, so that it does not count as lost
    stream?.getTracks().forEach((track) => track.stop());
  }

  close() {
    this.stop();
    this._forget();
  }
}
