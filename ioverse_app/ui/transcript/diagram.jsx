// Draws a finished Mermaid diagram when it comes into view; until then, its source is there.
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

const NEAR = "300px"; // How far outside the view it is begun.

export function Diagram({ children, code, onFailed }) {
  const place = useRef(null);
  const box = useRef(null);
  const near = useNear(place);
  const dark = useSyncExternalStore(followTheme, isDark, () => false);
  const [drawn, setDrawn] = useState(false);
  const failed = useRef(onFailed);
  failed.current = onFailed;
  useEffect(() => {
    if (!near) return undefined;
    let gone = false;
    import("./mermaid.js")
      .then(({ draw }) => draw(code, dark))
      .then((svg) => {
        if (gone) return;
        box.current.replaceChildren(svg);
        setDrawn(true);
      })
      .catch(() => gone || failed.current());
    return () => {
      gone = true;
    };
  }, [near, code, dark]);
  return (
    <div ref={place}>
      <div aria-label="Diagram" className="text-diagram" hidden={!drawn} ref={box} role="group" tabIndex={0} />
      {drawn ? null : children}
    </div>
  );
}

function useNear(place) {
  const [near, setNear] = useState(false);
  useEffect(() => {
    const seen = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && setNear(true),
      { rootMargin: NEAR },
    );
    seen.observe(place.current);
    return () => seen.disconnect();
  }, []);
  return near;
}

const isDark = () => document.documentElement.classList.contains("dark");

function followTheme(changed) {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ["class"] });
  return () => observer.disconnect();
}
