// What a form at the door says while somebody types. The rules themselves are the server's: it is
// asked what it would say, so that nothing is promised here that it refuses.
import { useEffect, useState } from "react";

const PAUSE_MS = 250;
const WORDS = ["Guessed at once", "Guessed soon", "Fair", "Good", "Very good"];
const DIFFERENT = "The two passwords are not the same.";
const UNREACHED = "It could not be checked now. It is kept all the same.";

const field = (name) => document.getElementById(name);
const value = (name) => field(name)?.value ?? "";

/** Run `look` a moment after any of these fields has changed; what it answers late is dropped. */
function useTyping(names, look) {
  useEffect(() => {
    const stop = new AbortController();
    let timer, latest = 0;
    const typed = () => {
      clearTimeout(timer);
      const mine = ++latest;
      timer = setTimeout(() => look(() => mine === latest), PAUSE_MS);
    };
    for (const name of names) field(name)?.addEventListener("input", typed, { signal: stop.signal });
    if (names.some(value)) typed();
    return () => (stop.abort(), clearTimeout(timer));
  }, []);
}

async function ask(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return { ok: response.ok, ...(await response.json()) };
  } catch {
    return null;
  }
}

/** How good the password is, and which rule it breaks. */
export function PasswordRules() {
  const [found, setFound] = useState(null);
  useTyping(["password", "username", "email"], async (isLatest) => {
    const password = value("password");
    if (!password) return setFound(null);
    const body = { password, username: value("username"), email: value("email") };
    const answer = await ask("/api/password/strength", body);
    if (!isLatest()) return;
    setFound(answer?.ok ? answer : null);
    field("password").dataset.refused = Boolean(answer?.code);
    field("confirm_password")?.dispatchEvent(new Event("input"));
  });
  const score = found?.code ? Math.min(found.score, 1) : (found?.score ?? 0);
  return (
    <>
      <div className="meter" aria-hidden>
        {[1, 2, 3, 4].map((at) => (
          <span key={at} data-on={found && at <= Math.max(score, 1) ? Math.max(score, 1) : 0} />
        ))}
      </div>
      <p className="rule" role="status" data-state={found ? (found.code ? "bad" : "good") : ""}>
        {found ? found.message || `${WORDS[found.score]} password.` : "At least 8 characters."}
      </p>
    </>
  );
}

/** Whether the second password is the first. */
export function SamePassword() {
  const [differs, setDiffers] = useState(false);
  useTyping(["password", "confirm_password"], () => {
    const again = value("confirm_password");
    setDiffers(Boolean(again) && again !== value("password"));
  });
  return (
    <p className="rule" role="status" data-state={differs ? "bad" : ""} hidden={!differs}>
      {DIFFERENT}
    </p>
  );
}

/** Whether the provider takes the key, in its own words, once one has left the field. */
export function KeyRules() {
  const [told, setTold] = useState({});
  useEffect(() => {
    const stop = new AbortController();
    let latest = 0;
    const left = async () => {
      const key = value("provider_key").trim();
      const mine = ++latest;
      if (!key) return setTold({});
      setTold({ words: "Asking the provider…" });
      const answer = await ask("/api/provider-keys/check", { key });
      if (mine !== latest) return;
      setTold({ words: answer?.message ?? UNREACHED, state: answer?.ok ? "good" : "bad" });
    };
    field("provider_key")?.addEventListener("change", left, { signal: stop.signal });
    return () => stop.abort();
  }, []);
  return (
    <p className="rule" role="status" data-state={told.state ?? ""}>
      {told.words ?? "It is stored encrypted. You can add one later."}
    </p>
  );
}

const isGood = (one) => one?.value && one.checkValidity() && one.dataset.refused !== "true";

/** The number of a step, and a tick once its fields are as they should be. */
export function Step({ number, fields }) {
  const [done, setDone] = useState(false);
  useTyping(fields, () => {
    const filled = fields.map(field).every(isGood);
    const same = !fields.includes("confirm_password") || value("password") === value("confirm_password");
    setDone(Boolean(fields.length) && filled && same);
  });
  return (
    <span className="step" data-done={done} aria-hidden>
      {done ? "✓" : number}
    </span>
  );
}
