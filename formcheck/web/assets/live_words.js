// What live mode says on screen and aloud, beside what the engine says (checks, cues).

/** Stage of a session -> [what is shown large, what is said aloud]. */
export const STAGES = {
  loading: ["Loading the pose model …", ""],
  setup: ["Get into place", ""],
  stand: ["Stand upright and still", "Stand upright and still."],
  hinge: ["One slow hinge, no weight, arms crossed", "One slow hinge, without weight, arms crossed on your chest."],
  ready: ["Ready: take your place", "Ready. Take your place."],
  countdown: ["", ""],
  set: ["", "Go."],
  done: ["Set over", "Set over. Well done."],
};

/** Check of the setting up -> its name; what to do about it comes from the engine. */
export const CHECKS = {
  person: "Lifter", "whole-body": "Whole body", distance: "Distance", "side-on": "Side on", light: "Light",
  frames: "Speed", people: "Alone", steady: "Camera still",
};

/** What may be wrong in mid-set -> the sentence over the picture, the most pressing first. */
export const TROUBLES = {
  offline: "The connection to formcheck is lost; trying again. Nothing is lost: what the camera sees is kept and sent " +
    "afterwards.",
  hidden: "Paused: this page was not in front. Come back into the picture; the set goes on.",
  camera: "The camera is gone. Plug it in again, or choose another one: the set goes on by itself.",
  turned: "The phone was turned. Turn it back: this set goes on in the direction it was begun in.",
  lost: "The connection was away for too long: the set begins anew.",
  unrecorded: "This browser cannot record; the set is judged from what was seen live.",
};
export const CAMERA_BACK = "The camera is back.";
export const NO_BUILD = "The part of MediaPipe that runs in the browser does not load";
export const ENDING = "Ending the set …";
export const SENDING = "Sending the recording";
export const NOT_SENT = "The recording could not be sent.";

/** The engine's phase of a rep as one reads it from afar. */
export const PHASES = { descent: "down", ascent: "up", bottom: "bottom", top: "top", hold: "hold" };

/** 0:42 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
