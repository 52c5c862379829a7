// Leaves a page whose sign-in has ended, so that nothing of it stays on the screen.

const LOOK_MS = 10_000;

export default function watch() {
  const look = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch("/api/signed-in", { cache: "no-store" });
      if (answer.status === 401) window.location.replace("/sign-in");
    } catch {
      // the server cannot be reached; Streamlit says so itself
    }
  };
  const timer = setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
