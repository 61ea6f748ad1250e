// A form with a secret in it. What it sends goes straight to the API, and what comes back is shown
// here only: neither is part of the state that the page shares with the server over its socket.
import { useState } from "react";
import "./secret_form.css";

const UNREACHED = "The server could not be reached, and nothing was changed. Please try again.";
const DIFFERENT = "The two passwords are not the same.";

export function SecretForm({ action, method, button, danger, shows, label, onDone, children }) {
  const [told, setTold] = useState({ count: 0 });
  const [busy, setBusy] = useState(false);
  const tell = (what) => setTold(({ count }) => ({ ...what, count: count + 1 }));

  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (busy) return;
    const body = read(form);
    if ("confirm_password" in body && body.confirm_password !== body.new_password) {
      tell({ problem: DIFFERENT });
      form.elements.confirm_password.focus();
      return;
    }
    delete body.confirm_password;
    setBusy(true);
    const { ok, answer } = await send(action, method, body);
    setBusy(false);
    if (!ok) return tell({ problem: answer.message ?? UNREACHED });
    form.reset();
    tell({ done: shows ? "" : answer.message, secret: shows && answer[shows] });
    onDone?.();
  };

  return (
    <form className="secret-form" onSubmit={submit}>
      {children}
      <div role="alert">
        {told.problem && <p key={told.count} className="problem">{told.problem}</p>}
      </div>
      <div role="status">
        {told.done && <p key={told.count} className="problem done">{told.done}</p>}
        {told.secret && <Secret key={told.count} label={label} value={told.secret} />}
      </div>
      <div className="actions">
        <button type="submit" className={`button ${danger ? "danger" : "primary"}`} disabled={busy}>
          {button}
        </button>
      </div>
    </form>
  );
}

function Secret({ label, value }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(value);
    setCopied(true);
  };
  return (
    <div className="secret">
      <label>
        <span>{label}</span>
        <input readOnly value={value} className="field" onFocus={(event) => event.target.select()} />
      </label>
      <button type="button" className="button" onClick={copy}>
        {copied ? "Copied" : "Copy"}
      </button>
      <p className="about">Copy it now: it cannot be shown again.</p>
    </div>
  );
}

async function send(action, method, body) {
  try {
    const response = await fetch(action, {
      method: method ?? "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return { ok: response.ok, answer: await response.json() };
  } catch {
    return { ok: false, answer: {} };
  }
}

// By `data-kind`: number (empty: null), list (of checked boxes), words, flag; else text.
function read(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name) continue;
    const kind = field.dataset.kind;
    if (kind === "list") (body[field.name] ??= []).push(...(field.checked ? [field.value] : []));
    else if (kind === "flag") body[field.name] = field.checked;
    else if (kind === "number") body[field.name] = field.value === "" ? null : Number(field.value);
    else if (kind === "words") body[field.name] = field.value.split(/[\s,]+/).filter(Boolean);
    else body[field.name] = field.value;
  }
  return body;
}
