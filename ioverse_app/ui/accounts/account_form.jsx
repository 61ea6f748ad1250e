// The form at the door. It posts by itself, also before this script has started; the script says
// what went wrong, brings back what was typed, and finds passwords that differ before they are sent.
import { useEffect, useRef, useState } from "react";
import "./accounts.css";

const TYPED_COOKIE = "ioverse_typed";
const UNFORESEEN = "Something went wrong here, and nothing was changed. Please try again.";
const TWICE_WITHIN_MS = 3000;
const LINKS = ["token", "invitation"]; // What an address may carry for its form, and for nobody else.

export function AccountForm({ action, sentences, children }) {
  const form = useRef(null);
  const sentAt = useRef(-Infinity);
  const [next, setNext] = useState("");
  const [links, setLinks] = useState([]);
  const [done, setDone] = useState("");
  const [problem, setProblem] = useState({ code: null, count: 0 });
  const report = (code) => setProblem(({ count }) => ({ code, count: count + 1 }));

  useEffect(() => {
    const query = new URLSearchParams(window.location.search);
    setNext(query.get("next") ?? "");
    setDone(sentences[query.get("done")] ?? "");
    setLinks(takeOut(query));
    if (query.has("error")) {
      bringBack(form.current);
      report(query.get("error"));
    }
    focusFirstEmpty(form.current);
  }, []);

  const check = (event) => {
    const { password, confirm_password: again } = event.currentTarget.elements;
    if (again && again.value !== password.value) {
      event.preventDefault();
      report("passwords_differ");
      again.focus();
    } else if (event.timeStamp - sentAt.current < TWICE_WITHIN_MS) {
      event.preventDefault();
    } else {
      sentAt.current = event.timeStamp;
    }
  };

  return (
    <form ref={form} action={action} method="post" onSubmit={check}>
      <div role="alert">
        {problem.code && (
          <p key={problem.count} className="problem">
            {sentences[problem.code] ?? UNFORESEEN}
          </p>
        )}
      </div>
      <div role="status">{done && <p className="problem done">{done}</p>}</div>
      {children}
      <input type="hidden" name="next" value={next} readOnly />
      {links.map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} readOnly />
      ))}
    </form>
  );
}

export function OtherDoor({ href, children }) {
  const [query, setQuery] = useState("");

  useEffect(() => {
    const next = new URLSearchParams(window.location.search).get("next");
    if (next) setQuery(`?${new URLSearchParams({ next })}`);
  }, []);

  return <a href={href + query}>{children}</a>;
}

// What is secret in an address stays in the form, and in nobody's history.
function takeOut(query) {
  const found = LINKS.filter((name) => query.has(name)).map((name) => [name, query.get(name)]);
  if (!found.length) return found;
  const left = new URLSearchParams(query);
  LINKS.forEach((name) => left.delete(name));
  const rest = left.size ? `?${left}` : "";
  window.history.replaceState(window.history.state, "", window.location.pathname + rest);
  return found;
}

// What was typed into a refused form waits in a cookie for two minutes; no secret is among it.
function bringBack(form) {
  const found = document.cookie.split("; ").find((cookie) => cookie.startsWith(`${TYPED_COOKIE}=`));
  if (!found) return;
  document.cookie = `${TYPED_COOKIE}=; path=/; max-age=0`;
  for (const [name, value] of Object.entries(readTyped(found.slice(TYPED_COOKIE.length + 1)))) {
    const field = form.elements[name];
    if (field?.type === "checkbox") field.checked = Boolean(value);
    else if (field && !field.value) field.value = value;
  }
}

function readTyped(text) {
  try {
    return JSON.parse(decodeURIComponent(text));
  } catch {
    return {};
  }
}

// On a touch screen the keyboard would cover the page that one came to see.
function focusFirstEmpty(form) {
  if (document.activeElement !== document.body) return;
  if (!matchMedia("(hover: hover) and (pointer: fine)").matches) return;
  [...form.elements].find((field) => field.required && !field.value)?.focus();
}
