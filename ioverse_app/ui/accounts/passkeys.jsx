// Passkeys: the browser asks its owner, and what it signs goes to our own routes.
// https://www.w3.org/TR/webauthn-3/
import { useEffect, useState } from "react";

const UNABLE = "This browser cannot use passkeys here. They need a recent browser and HTTPS.";
const UNREACHABLE = "The server does not answer. Check the connection, then try again.";
const CANCELLED = "No passkey was used.";
const KNOWN = "This device has a passkey for your account already.";

export function SignInWithPasskey() {
  const able = useAble();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  const signIn = async () => {
    setBusy(true);
    setProblem("");
    try {
      const options = PublicKeyCredential.parseRequestOptionsFromJSON(await post("/ask"));
      const credential = await navigator.credentials.get({ publicKey: options });
      const { next } = await post("/sign-in", {
        credential: credential.toJSON(),
        next: new URLSearchParams(window.location.search).get("next") ?? "",
        keep: Boolean(document.querySelector("form [name=keep]")?.checked),
      });
      window.location.assign(next);
    } catch (error) {
      setProblem(sentenceOf(error));
      setBusy(false);
    }
  };

  if (able === false) return null;
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={busy}
        onClick={signIn}
        data-unknown={able === null ? "" : undefined}
      >
        Use a passkey
      </button>
      {problem && <p className="problem" role="alert">{problem}</p>}
    </>
  );
}

export function AddPasskey({ onAdded }) {
  const able = useAble();
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  const add = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      const options = PublicKeyCredential.parseCreationOptionsFromJSON(await post("/new"));
      const credential = await navigator.credentials.create({ publicKey: options });
      await post("", { credential: credential.toJSON(), name });
      setName("");
      onAdded();
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    setBusy(false);
  };

  if (able === false) return <p className="about">{UNABLE}</p>;
  return (
    <form className="inline" onSubmit={add}>
      <label className="setting">
        <span className="label">Name of the passkey</span>
        <input
          className="field"
          value={name}
          maxLength={64}
          placeholder="My laptop"
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <button type="submit" className="button" disabled={busy || !able}>
        Add passkey
      </button>
      {problem && <p className="problem" role="alert">{problem}</p>}
    </form>
  );
}

// Unknown until the page has started: the server cannot tell.
function useAble() {
  const [able, setAble] = useState(null);
  useEffect(() => setAble(Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON)), []);
  return able;
}

class Refused extends Error {}

async function post(path, body) {
  const answer = await fetch(`/auth/passkeys${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said.message);
  return said;
}

function sentenceOf(error) {
  if (error instanceof Refused) return error.message;
  if (error.name === "InvalidStateError") return KNOWN;
  if (error.name === "SecurityError" || error.name === "NotSupportedError") return UNABLE;
  return error instanceof DOMException ? CANCELLED : UNREACHABLE;
}
