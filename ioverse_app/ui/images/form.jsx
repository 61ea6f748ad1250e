// What the next images should be: the prompt, the model, and every setting that the model takes.
import { useEffect, useId, useRef, useState } from "react";
import { ModelPicker } from "../chats/model_picker.jsx";
import { drafts } from "../transcript/drafts.js";
import { Control } from "./control.jsx";
import { Edited } from "./edited.jsx";
import { fitting } from "./image_store.js";
import { focusPrompt, useLatest } from "./use_images.js";

const FIRST = ["size", "quality", "n"];
const PLACE = "images";
const BLANK = { prompt: "", model: "", settings: {} };
const PRESS_MS = 250; // a sentence that came sooner would move a button away from under the pointer
const NO_MODEL = { prompt_limit: 0, sources: 0, mask: false, controls: [] };

export function ImageForm({ does, edited, setEdited, store }) {
  const [form, change, latest] = useDraft(store.owner);
  const [mask, setMask] = useState("");
  const [left, setLeft] = useState(new Map()); // fields that were left, each with the check that it waits for
  const [sending, setSending] = useState(0);
  const serial = useRef(0);
  const waiting = useRef(null);
  const id = useId();
  const models = store.models ?? [];
  const model = models.find(({ ref }) => ref === form.model) ?? models[0];
  const { controls, prompt_limit: limit } = model ?? NO_MODEL;
  const problems = shownOf(store.checked, left);
  const tooLong = Boolean(limit) && length(form.prompt) > limit;

  const said = (form = latest.current) => ({
    serial: ++serial.current, prompt: form.prompt, model: model?.ref ?? "", mask: edited.length ? mask : "",
    settings: fitting(controls, form.settings), sources: edited,
  });
  const asking = useLatest(said);
  const leave = (name) => {
    const next = serial.current + 1;
    setLeft((all) => new Map(all).set(name, next));
    clearTimeout(waiting.current);
    waiting.current = setTimeout(() => {
      const all = asking.current();
      // The mask is not sent for this: that there is one is enough.
      does.current.onCheck({ ...all, mask: all.mask && "yes" });
    }, PRESS_MS);
  };
  const generate = (event) => {
    event?.preventDefault();
    if (!model || sending) return;
    clearTimeout(waiting.current);
    const all = said();
    const names = ["prompt", "model", "image", "mask", ...controls.map(({ name }) => name)];
    setLeft(new Map(names.map((name) => [name, all.serial])));
    setSending(all.serial);
    does.current.onGenerate(all);
  };
  useEffect(() => {
    if (sending && store.checked.serial >= sending) {
      setSending(0);
      if (Object.keys(store.checked.problems).length)
        requestAnimationFrame(() => document.querySelector('.image-form [aria-invalid="true"]')?.focus());
      else if (!store.checked.problem)
        requestAnimationFrame(() => document.querySelector(".image-card")?.scrollIntoView({ block: "nearest" }));
    }
  }, [store.checked, sending]);
  useEffect(() => setMask(""), [edited[0]]);
  useEffect(() => {
    // To edit needs a model that does: the first one, if the chosen one does not.
    if (!edited.length || !model || model.sources) return;
    const other = models.find(({ sources }) => sources > 0);
    if (other) change({ model: other.ref });
  }, [edited]);
  const seen = useRef(store.wish);
  useEffect(() => {
    if (!store.wish || store.wish === seen.current) return;
    seen.current = store.wish;
    const { prompt, model: ref, settings, sources } = store.wish;
    change({ prompt, settings, model: models.some((each) => each.ref === ref) ? ref : (model?.ref ?? "") });
    setEdited(sources);
    setLeft(new Map());
    focusPrompt();
  }, [store.wish]);

  const pressed = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || !HAS_KEYS()) return;
    generate(event);
  };
  const fields = (names, within) => controls.filter(({ name }) => FIRST.includes(name) === within).map((control) => (
    <Control control={control} key={control.name} onLeave={() => leave(control.name)} problem={problems[control.name]}
      set={(value, isChosen) => {
        change({ settings: { ...form.settings, [control.name]: value } });
        if (isChosen) leave(control.name);
      }}
      value={form.settings[control.name] ?? ""} />
  ));
  const set = controls.filter(({ name, reason }) => !FIRST.includes(name) && !reason && form.settings[name]).length;
  return (
    <form className="image-form" noValidate onSubmit={generate}>
      <Edited does={does} edited={edited} mask={mask} model={model} problem={problems.image ?? problems.mask}
        setEdited={setEdited} setMask={setMask} />
      <div className="image-prompt-box">
        <textarea aria-describedby={`${id}-count ${id}-wrong`} aria-invalid={Boolean(problems.prompt) || tooLong}
          aria-label="Prompt" className="image-prompt" dir="auto" onBlur={() => form.prompt && leave("prompt")}
          onChange={(event) => change({ prompt: event.target.value })} onKeyDown={pressed}
          placeholder={edited.length ? "What should be different?" : "Describe an image"} rows={3} value={form.prompt} />
        <div className="image-prompt-foot">
          <p className="image-wrong" id={`${id}-wrong`} role={problems.prompt ? "alert" : undefined}>{problems.prompt ?? ""}</p>
          <span className="image-count" data-over={tooLong} id={`${id}-count`}>
            {limit ? `${length(form.prompt).toLocaleString("en")} of ${limit.toLocaleString("en")}` : ""}
          </span>
        </div>
      </div>
      <div className="image-fields">
        <div className="image-control image-model">
          <span className="label">Model</span>
          {model ? (
            <ModelPicker groups={grouped(models)} onChoose={(ref) => change({ model: ref })} recent={[]} value={model.ref} />
          ) : <div className="skeleton" />}
          {problems.model ? <p className="image-wrong" role="alert">{problems.model}</p> : null}
        </div>
        {model ? fields(FIRST, true) : [0, 1, 2].map((n) => <div className="skeleton" key={n} />)}
      </div>
      <div className="image-bar">
        <details className="image-more">
          <summary>More settings{set ? ` · ${set} set` : ""}</summary>
          <div className="image-fields">{fields(FIRST, false)}</div>
        </details>
        <button aria-busy={Boolean(sending)} className="button primary" disabled={!model} type="submit">Generate</button>
      </div>
      {store.checked.problem ? <p className="problem" role="alert">{store.checked.problem}</p> : null}
    </form>
  );
}

const HAS_KEYS = () => matchMedia("(hover: hover) and (pointer: fine)").matches;

/** Characters as the server counts them: code points. */
const length = (text) => [...text].length;

const shownOf = ({ problems, serial }, left) =>
  Object.fromEntries(Object.entries(problems).filter(([name]) => serial >= left.get(name)));

function grouped(models) {
  const groups = new Map();
  for (const { ref, label, provider, about } of models)
    groups.set(provider, [...(groups.get(provider) ?? []), { ref, label, about, ends: "", ended: false }]);
  return [...groups].map(([label, found]) => ({ label, models: found }));
}

/** What is in the form, kept in this browser for the person whose page this is. */
function useDraft(owner) {
  const [form, setForm] = useState(BLANK);
  const latest = useRef(form);
  const place = owner && drafts.place(PLACE);
  useEffect(() => {
    if (!place) return;
    const { prompt, model } = latest.current;
    const typed = prompt || model ? JSON.stringify(latest.current) : "";
    latest.current = { ...BLANK, ...parsed(drafts.arrive(place, "", typed)) };
    setForm(latest.current);
  }, [place]);
  const change = (part) => {
    latest.current = { ...latest.current, ...part };
    setForm(latest.current);
    drafts.typed(place, JSON.stringify(latest.current));
  };
  return [form, change, latest];
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
